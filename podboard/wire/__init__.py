"""Protocols as pure machines: bytes in, events out, no sockets and no clocks."""
