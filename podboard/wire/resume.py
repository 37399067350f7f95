"""The command that opens a shell inside tmux, dtach or screen, where the image has one, or goes on in it.

What such a program holds outlives the connection: another exec finds it again, the shell and all it runs. It
is one exec all the same, and POSIX sh: what is not there costs a look at PATH.

tmux goes first. It is spoken to in its control mode (``wire.tmux``), in which it hands over what programs
print as they print it, and it knows the screen when somebody comes back. dtach hands over all there is as
well, but keeps nothing of what is printed while nobody is there. screen draws a screen of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from podboard.model.size import Size

TMUX: Final = "tmux"
DTACH: Final = "dtach"
SCREEN: Final = "screen"

# Becomes the shell's parent: it tells that the shell is there (pid), and how it ended (code). By its name the
# command that hangs up knows which shell it holds. What a holder says of itself is kept from programs: a
# person's own tmux is to start in it as elsewhere. tmux forgets what it has not handed over when its last
# program goes, so this one goes only when the last word was heard, or in two seconds.
_HELD: Final = """\
unset TMUX TMUX_PANE TERM_PROGRAM TERM_PROGRAM_VERSION STY WINDOW TERMCAP SCREENDIR
export TERM=xterm-256color
trap : INT QUIT
trap "exit 129" HUP
{
  printf %s "podboard-$2" >/proc/self/comm
  echo "$$ $3" >"$1/pid"
  [ "$3" != tmux ] || tmux -S "$1/s" wait-for here
} 2>/dev/null
"$2"
echo $? 2>/dev/null >"$1/code"
[ "$3" != tmux ] || {
  printf "\\033_podboard;over\\033\\\\"
  tmux -S "$1/s" run-shell -b -d 2 -C "wait-for -S over" ";" wait-for over
} 2>/dev/null
"""

# $1 the marker, $2 this connection's, $3 $4 columns and rows, $5 the marker of what to go on with,
# $6 "helper" where a dtach can be had (wire.helper): it is asked for, and awaited.
# A socket's path has room for a hundred characters. PODBOARD_RESUME is a pod's own to set. tmux before 3.2
# would read ahead without end in control mode.
_SCRIPT: Final = (
    """\
export PODBOARD_SHELL="$1" TERM=xterm-256color COLORTERM=truecolor LANG="${LANG:-C.UTF-8}"
h='"""
    + _HELD
    + """'
s=sh k= w=new
command -v bash >/dev/null 2>&1 && s=bash
command -v printf >/dev/null 2>&1 || exec "$s"
at() { d=${TMPDIR:-/tmp}/podboard-$1; "$2" && return; d=/dev/shm/podboard-$1; "$2"; }
is_held() {
  [ -d "$d" ] && [ -O "$d" ] && [ ! -L "$d" ] && read -r p k <"$d/pid" &&
  read -r x <"/proc/$p/comm" && [ "${x#podboard-}" != "$x" ]
}
is_made() { [ ${#d} -lt 96 ] && mkdir -m 700 "$d"; }
if [ -n "$5" ] && at "$5" is_held 2>/dev/null; then
  w=same
else
  k=
  [ "$PODBOARD_RESUME" = off ] || for x in tmux dtach screen $6; do
    [ "$x" = "$6" ] || command -v "$x" >/dev/null 2>&1 || continue
    case $x$([ "$x" = tmux ] && tmux -V 2>&1) in *" "[0-2].* | *" 3."[01] | *" 3."[01][a-z]*) continue ;; esac
    k=$x
    break
  done
  [ -z "$k" ] || at "$1" is_made 2>/dev/null || {
    d=
    [ "$k" = helper ] || k=
  }
fi
if [ "$k" = helper ]; then
  printf '\\033_podboard;asks;%s\\033\\\\' "${d:+helper}"
  k=
  { read -r x && [ "$x" = taken ] && k=dtach; } || rm -rf "$d"
fi
case $w$k in
  newtmux)
    tmux -u -f /dev/null -S "$d/s" start-server \\; set -g default-terminal xterm-256color \\; \\
      set -g history-limit 10000 \\; set -g status off \\; set -g automatic-rename off \\; \\
      set -g allow-rename off \\; set-hook -g client-attached "wait-for -S here" \\; \\
      new-session -d -x "$3" -y "$4" sh -c "$h" podboard "$d" "$s" tmux >/dev/null 2>&1 || {
      k=
      rm -rf "$d"
    } ;;
  newscreen)
    for x in 'escape ""' 'startup_message off' 'deflogin off' 'altscreen on' 'term xterm-256color' \\
      'vbell off' 'msgwait 0' 'defbce on' 'defutf8 on' 'termcapinfo * ti@:te@'; do
      echo "$x"
    done >"$d/rc" ;;
esac
printf '\\033_podboard;%s;%s\\033\\\\' "$w" "$k"
[ -n "$k" ] || exec "$s"
case $w$k in
  *tmux) tmux -u -S "$d/s" -CC attach -d ;;
  *dtach)
    x=dtach
    [ ! -x "$d/dtach" ] || x=$d/dtach
    "$x" -A "$d/s" -E -z -r winch sh -c "$h" podboard "$d" "$s" dtach
    ;;
  newscreen) SCREENDIR=$d screen -U -c "$d/rc" -S s sh -c "$h" podboard "$d" "$s" screen ;;
  *) SCREENDIR=$d screen -U -d -r s ;;
esac
{ read -r c <"$d/code"; } 2>/dev/null && rm -rf "$d" && exit "$c"
is_held 2>/dev/null && {
  printf '\\033_podboard;left\\033\\\\'
  exit 1
}
[ -s "$d/pid" ] && rm -rf "$d" && exit 129
rm -rf "$d"
exec "$s"
"""
)

_OPENING: Final = re.compile(rb"\x1b_podboard;(new|same|asks);([a-z]*)\x1b\\")
_LONGEST_OPENING: Final = 64

LEFT: Final = b"\x1b_podboard;left\x1b\\"
"""The command's last word where it ends and the shell does not: the holder let go of the connection."""

_BEGINNINGS: Final = {DTACH: b"\x1b[H\x1b[J"}
# Each line of it may come on its own.
_DTACH_ENDS: Final = re.compile(
    rb"(?:\x1b\[999H\r\n(?:\[EOF - dtach terminating\]\r\n)?|\[EOF - dtach terminating\]\r\n)"
    rb"(?:\x1b\[34h)?(?:\x1b\[\?25h)?\Z"
)
_SCREEN_ENDS: Final = re.compile(rb"(\x1b\[\d+;1H)?(\r\n)?\[screen is terminating\]\r\n\Z")
_ENDS: Final = {DTACH: _DTACH_ENDS, SCREEN: _SCREEN_ENDS}


TAKEN: Final = b"taken\n"
NOT_TAKEN: Final = b"not\n"
"""What the command is told where it has asked for a helper."""


def resumable_shell_command(
    marker: str, size: Size, resumes: str = "", *, may_ask: bool = False
) -> tuple[str, ...]:
    """Return what opens a shell that can be taken up again, or takes one up.

    The first it says is an ``Opening``, if the image has a printf. Its exit code is the shell's own.

    Args:
        marker: Letters and digits that no other shell has, as for ``wire.shell.shell_command``.
        size: The terminal's.
        resumes: The marker of the shell to go on with; another is opened where that is not there any more.
        may_ask: Whether it asks for a helper where the image has none, and waits for the answer.
    """
    numbers = (str(size.columns), str(size.rows))
    helper = "helper" if may_ask else ""
    return ("sh", "-c", _SCRIPT, "podboard", marker, connection_marker(marker), *numbers, resumes, helper)


def connection_marker(marker: str) -> str:
    """Return what marks the processes that are there for a connection only, and not for the shell behind it.

    Args:
        marker: Of the shell that was to be opened by the connection.
    """
    return f"{marker}-connection"


class Opening(NamedTuple):
    """What became of the command.

    Attributes:
        is_same: Whether it is the shell that was to be gone on with.
        holder: The program that holds it; empty where there is none.
    """

    is_same: bool
    holder: str


UNHELD: Final = Opening(is_same=False, holder="")
"""A new shell that nothing holds."""


class OpeningReader:
    """Finds the opening in a command's first output.

    Attributes:
        opening: None until it was found.
        asks: Whether a helper is asked for.
        has_folder: Whether there is a folder for it.
    """

    def __init__(self) -> None:
        self.opening: Opening | None = None
        self.asks = False
        self.has_folder = False
        self._kept = b""

    def take(self, data: bytes) -> bytes:
        """Take output; returns what of it is for the screen, before the opening or behind it."""
        data = self._kept + data
        if (found := _OPENING.search(data)) is not None:
            self._kept = b""
            # Between the two, the terminal only repeats the answer.
            before = b"" if self.asks else data[: found.start()]
            if found[1] == b"asks":
                self.asks, self.has_folder = True, bool(found[2])
            else:
                self.opening = Opening(found[1] == b"same", found[2].decode())
            return before + data[found.end() :]
        # One that is cut in two.
        start = data.rfind(b"\x1b_", -_LONGEST_OPENING)
        if start < 0:
            start = len(data) - data.endswith(b"\x1b")
        self._kept = data[start:]
        return b"" if self.asks else data[:start]


class Transparent:
    """Takes away what a holder says on its own when somebody comes and when the shell ends.

    Args:
        holder: ``DTACH`` or ``SCREEN``.
    """

    def __init__(self, holder: str) -> None:
        self._beginning = _BEGINNINGS.get(holder, b"")
        self._ends = _ENDS[holder]

    def take(self, data: bytes) -> bytes:
        """Take output; returns what of it the shell said."""
        if self._beginning:
            length = min(len(self._beginning), len(data))
            if data[:length] == self._beginning[:length]:
                self._beginning = self._beginning[length:]
                data = data[length:]
            else:
                self._beginning = b""
        return self._ends.sub(b"", data)
