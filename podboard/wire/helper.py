"""The command that takes in a program that holds shells: a dtach of the person's own, for images without one.

Its input is the program. It goes into the private folder that the shell's command has made (``wire.resume``),
by another name until it is known to be whole and to run there; the folder goes with the shell.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a program that is copied. A dtach has 50 to 800 KiB."""

_ELF: Final = b"\x7fELF"
# Of an ELF file: for which processor it is. Two bytes, in the file's own order.
_PROCESSOR: Final = slice(18, 20)

# $1 the marker, $2 the size, $3 the SHA-256, $4 the processor as printf has it. What is for another processor
# is not run: sh would read it as a script. A size and a sum that nothing there can tell are taken for right.
_SCRIPT: Final = """\
exec 2>/dev/null
umask 077
end() {
  [ "$1" = taken ] || rm -f "$f"
  echo "$1"
  exit
}
for d in "${TMPDIR:-/tmp}" /dev/shm; do
  d=$d/podboard-$1 f=$d/new
  [ -d "$d" ] && [ -O "$d" ] && [ ! -L "$d" ] && break
  f=
done
[ -n "$f" ] || end folder
for x in head tail chmod mv rm; do
  command -v "$x" >/dev/null || end tools
done
x=$(head -c 20 /proc/self/exe | tail -c 2)
[ -z "$x" ] || [ "$x" = "$(printf "$4")" ] || end processor
head -c "$2" >"$f" || end room
case $(wc -c <"$f") in '' | *"$2") ;; *) end cut ;; esac
case $(sha256sum <"$f") in '' | "$3 "*) ;; *) end damaged ;; esac
chmod 700 "$f" || end room
[ -x "$f" ] || end noexec
case $("$f" --version) in dtach*) ;; *) end runs ;; esac
mv "$f" "$d/dtach" || end room
end taken
"""

_TAKEN: Final = b"taken"
_WHY: Final = {
    b"folder": "its folder is gone",
    b"tools": "the image lacks head, tail, chmod, mv or rm",
    b"processor": "it is made for another processor",
    b"room": "there is no room for it",
    b"cut": "not all of it arrived",
    b"damaged": "it arrived damaged",
    b"noexec": "the folder for it is mounted noexec",
    b"runs": "it does not run there, or is no dtach: it has to be linked statically",
}


def is_program(data: bytes) -> bool:
    """Whether it is a program as Linux has them."""
    return data.startswith(_ELF)


def helper_command(marker: str, program: bytes) -> tuple[str, ...]:
    """Return what takes the program in from its input, which need not end, and answers with a word.

    Args:
        marker: Of the shell that waits for it.
        program: All of it.
    """
    processor = "".join(f"\\{byte:03o}" for byte in program[_PROCESSOR])
    told = (str(len(program)), sha256(program).hexdigest(), processor)
    return ("sh", "-c", _SCRIPT, "podboard", marker, *told)


def why_not_taken(answer: bytes) -> str:
    """Return why the program is not there, of all that the command said; empty where it is."""
    word = answer.strip()
    return "" if word == _TAKEN else _WHY.get(word, "the command that takes it in was not understood there")
