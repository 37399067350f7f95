"""The embedded cluster: a real API server on loopback whose pods are real shells on this machine.

It imports nothing of podboard but its errors, so that a mistake in the client's code is never
mirrored here and hidden. ``podboard.demo.cluster`` runs one in this process, ``podboard.demo.process``
in a process of its own, ``python -m podboard.demo`` from a command line.
"""

from __future__ import annotations

from typing import Final

NOTICE: Final = "Demo: these shells run on this machine, as you. What you delete is deleted."
"""What everybody who opens a demo shell has to know, in one line that fits 80 columns."""
