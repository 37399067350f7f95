"""What should stand on the person's screen, and the fewest bytes over the line that bring it there."""
