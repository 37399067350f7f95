"""The terminal core: bytes in, rows of cells out; keys, mouse and paste encoded for the program."""
