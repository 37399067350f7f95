"""Terminals in pods by way of a host that can run kubectl."""
