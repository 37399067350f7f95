"""The embedded cluster: a real API server on loopback whose pods are real shells on this machine."""
