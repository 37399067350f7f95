"""Frozen values every room may hold: sizes, targets, attempts, pods."""
