"""The command that opens an interactive shell in a container, in one exec.

One exec and not two (a look for bash first) because every exec costs a round trip and a process
start, which is most of the time from the key to the prompt.
"""

from __future__ import annotations

_SCRIPT = (
    'export TERM=xterm-256color COLORTERM=truecolor LANG="${LANG:-C.UTF-8}"; '
    "command -v bash >/dev/null 2>&1 && exec bash; "
    "exec sh"
)

SHELL_COMMAND = ("sh", "-c", _SCRIPT)
"""bash if the image has it, else sh.

The terminal's type is set since runtimes say ``xterm`` at best; the language only where the image has
none, so that programs write UTF-8. ``exec`` leaves no second shell behind, and the exit code is the
shell's own. POSIX sh only.
"""
