"""Lets ``python -m podboard`` be the ``podboard`` command."""

from podboard.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
