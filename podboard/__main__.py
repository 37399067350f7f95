"""Lets ``python -m podboard`` be the ``podboard`` command."""

from podboard.cli import enter

if __name__ == "__main__":
    enter()
