"""The command that opens an interactive shell in a container, and the one that hangs it up.

One exec and not two (a look for bash first) because every exec costs a round trip and a process
start, which is most of the time from the key to the prompt. POSIX sh and its builtins only: an image may
have neither ps nor grep.
"""

from __future__ import annotations

from typing import Final

_SHELL: Final = (
    'export PODBOARD_SHELL="$1" TERM=xterm-256color COLORTERM=truecolor LANG="${LANG:-C.UTF-8}"; '
    "command -v bash >/dev/null 2>&1 && exec bash; "
    "exec sh"
)

# Fields of /proc/PID/stat behind the name: state, parent, group, session, terminal, its foreground group.
# A shell just started is known by its arguments, later by its environment; read passes over NUL bytes.
# $k holds " SESSION:GROUP " for each group that is to go; "all" where the shell does not tell its jobs,
# "child" where it is not the session's first process but that one's child (wire.resume).
_HANG_UP: Final = """\
exec 2>/dev/null
is_marked() {
  for f in environ cmdline; do
    while read -r x || [ -n "$x" ]; do
      case $x in *"$1"*) return 0 ;; esac
    done <"/proc/$2/$f"
  done
  return 1
}
ignores_it() {
  while read -r x y; do
    case $x in SigIgn:) case $y in *[13579bdf]) return 0 ;; esac; return 1 ;; esac
  done <"/proc/$1/status"
}
stat() {
  read -r x <"/proc/$1/stat" || return 1
  n=${x#*"("} n=${n%")"*}
  x=${x##*") "}
  case $x in [ZX]* | *[!A-Za-z0-9\\ -]*) return 1 ;; esac
}
k=' '
while read -r w; do
  left=0
  cd /proc
  if [ "$k" = ' ' ]; then
    for p in [0-9]*; do
      stat "$p" || continue
      m=$1
      set -- $x
      if [ "$4" = "$p" ] && [ "$5" != 0 ] && is_marked "$m" "$p"; then
        k="$k$p:$6 "
        case $n in bash | zsh) ;; podboard-bash) k="$k$p:child " ;; *) k="$k$p:all " ;; esac
      fi
      set -- "$m"
    done
  fi
  for p in [0-9]*; do
    stat "$p" || continue
    m=$1
    set -- $x
    s=$4 g=$3 c=$2
    set -- "$m"
    case $k in *" $s:"*) ;; *) continue ;; esac
    if [ "$s" != "$p" ]; then
      case $k in
        *" $s:$g "* | *" $s:all "*) ;;
        *" $s:child "*) [ "$c" = "$s" ] || continue ;;
        *) continue ;;
      esac
      ignores_it "$p" && continue
    fi
    case $w in
      hang-up) kill -s HUP "$p"; kill -s CONT "$p" ;;
      kill) kill -s KILL "$p" ;;
    esac
    left=$((left + 1))
  done
  [ "$left" != 0 ] || case $1 in
    *[!0-9a-f]*) ;;
    *) for d in "${TMPDIR:-/tmp}" /dev/shm; do [ ! -d "$d/podboard-$1" ] || rm -rf "$d/podboard-$1"; done ;;
  esac
  echo "$left"
done
"""

HANG_UP: Final = b"hang-up\n"
LOOK: Final = b"look\n"
KILL: Final = b"kill\n"
"""What the command that hangs up reads; each line is answered by one, with the number of processes that were
there."""


def shell_command(marker: str) -> tuple[str, ...]:
    """Return what opens bash if the image has it, else sh.

    The terminal's type is set since runtimes say ``xterm`` at best; the language only where the image has
    none, so that programs write UTF-8. ``exec`` leaves no second shell behind, and the exit code is the
    shell's own.

    Args:
        marker: Letters and digits that no other shell has: by them it is found again.
    """
    return ("sh", "-c", _SHELL, "podboard", marker)


def hang_up_command(marker: str) -> tuple[str, ...]:
    """Return what hangs up the shell of a marker as its terminal's end would, as told on its input.

    The shell goes, and its foreground job; its background jobs go where it tells them, as bash does, or else
    all of them. What ignores the hang-up (``nohup``) or has left the terminal (``setsid``, tmux) stays.
    """
    return ("sh", "-c", _HANG_UP, "podboard", marker)
