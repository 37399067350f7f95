"""The front door: arguments in, an exit code out. Imports nothing a subcommand does not need."""

from __future__ import annotations


def main() -> int:
    """Run podboard."""
    return 0
