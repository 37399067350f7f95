"""The way over SSH: hosts that can run kubectl, and terminals in pods through them, on asyncssh.

Imported late: the rooms above load nothing of it before somebody goes this way.
"""
