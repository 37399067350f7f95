"""podboard: see many pods, get into terminals in them, keep those terminals usable."""

__version__ = "0.1.0"
