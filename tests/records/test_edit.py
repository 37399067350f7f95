"""``podboard records edit``, with scripts as editors."""

import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from tests.records.podboards import Podboard
from tests.support.records import MARK
from tests.support.waiting import until

GIVEN = "given"
"""What the editor was given is kept here, one file for each time it was called."""


def editor(podboard: Podboard, *steps: str) -> dict[str, str]:
    """An editor that does one step of shell each time it is called; the file is ``$1``."""
    script = podboard.folder / "editor"
    cases = "\n".join(f"{number}) {step} ;;" for number, step in enumerate(steps, 1))
    script.write_text(
        "#!/bin/sh\n"
        f'n=$(($(ls "$TMPDIR" | grep -c {GIVEN}) + 1))\n'
        f'cp "$1" "$TMPDIR/{GIVEN}-$n"\n'
        f"case $n in\n{cases}\nesac\n"
    )
    script.chmod(0o700)
    return {"EDITOR": str(script)}


def given(podboard: Podboard, number: int = 1) -> str:
    return (podboard.folder / f"{GIVEN}-{number}").read_text("utf-8")


def note(podboard: Podboard, name: str) -> str:
    return podboard.out("list", f"name={name}", "-o", "yaml").partition("note: ")[2].partition("\n")[0]


def left_behind(podboard: Podboard) -> list[Path]:
    return list(podboard.folder.glob("podboard-*"))


def test_an_edit_changes_what_was_edited_and_keeps_the_secrets(filled: Podboard) -> None:
    done = filled.out("edit", "web", **editor(filled, "sed -i 's/^namespace: shop/namespace: data/' $1"))
    assert done == 'Changed the record "web"\n'
    text = given(filled)
    assert text.startswith('# The record "web"\n# (hidden) stands for a secret')
    assert text.count(": (hidden)") == 3
    assert MARK not in text
    after = filled.out("show", "web")
    assert "namespace: data\n" in after
    assert after.count(": (hidden)") == 3
    assert left_behind(filled) == []


def test_the_file_is_the_persons_alone(filled: Podboard) -> None:
    filled("edit", "web", **editor(filled, 'stat -c %a "$1" "$(dirname "$1")" > "$TMPDIR/modes"'))
    assert (filled.folder / "modes").read_text("utf-8").split() == ["600", "700"]
    assert left_behind(filled) == []


@pytest.mark.parametrize(
    "step",
    [
        "true",
        "touch $1",
        "sed -i '/^#/d' $1",
        ": > $1",
        "echo '# nothing' > $1",
        "sed -i 's/shop/\"shop\"/' $1",
    ],
)
def test_nothing_new_is_no_change(step: str, filled: Podboard) -> None:
    before = filled.contents()
    assert filled.out("edit", "web", **editor(filled, step)) == "Nothing was changed\n"
    assert filled.contents() == before


def test_what_is_refused_is_opened_again_with_the_reasons(filled: Podboard) -> None:
    steps = (
        "echo 'nmespace: x' >> $1; echo 'note: kept' >> $1",
        "sed -i '/^nmespace/d; s/^pod_name: .*/pod_name: A B/' $1",
        "sed -i 's/^pod_name: .*/pod_name: [1/' $1",
        "sed -i 's/^pod_name: .*/pod_name: web/' $1",
    )
    assert filled.out("edit", "web", **editor(filled, *steps)) == 'Changed the record "web"\n'
    assert '# It was refused:\n#   "nmespace" is no field of a record\n#\nname: web\n' in given(filled, 2)
    assert "note: kept" in given(filled, 2)
    assert "#   pod_name must be a pod's name" in given(filled, 3)
    broken = given(filled, 4)
    [line] = [line for line in broken.splitlines() if "is no valid YAML, line " in line]
    where = int(line.rpartition(" ")[2])
    assert "pod_name" in broken.splitlines()[where - 2]
    assert note(filled, "web") == "kept"


def test_who_saves_it_again_as_it_was_refused_gives_up(filled: Podboard) -> None:
    before = filled.contents()
    [told] = filled.told("edit", "web", code=6, **editor(filled, "echo 'token: two words' >> $1"))
    told, _, line = told.rpartition(", line ")
    assert told == 'the record "web" was not changed: it has a map with the same key twice'
    assert given(filled, 2).splitlines()[int(line) - 1] == "token: two words"
    assert filled.contents() == before


def test_a_secret_can_be_written_and_taken_away(filled: Podboard) -> None:
    step = "sed -i '/^token/d; s/^kubeconfig: .*/kubeconfig: \"new\"/' $1"
    filled("edit", "web", **editor(filled, step))
    shown = filled.out("show", "web")
    assert "token" not in shown
    assert "kubeconfig: (hidden)" in shown


def test_who_was_overtaken_is_told(filled: Podboard) -> None:
    steps = (
        f"{filled.script} records set web note=theirs > /dev/null; echo 'image: mine' >> $1",
        "sed -i '/^# It was/d' $1",
    )
    assert filled.out("edit", "web", **editor(filled, *steps)) == 'Changed the record "web"\n'
    assert '#   the record "web" was changed or removed meanwhile\n' in given(filled, 2)
    assert "#   what is saved now takes the place of what is stored" in given(filled, 2)
    shown = filled.out("show", "web")
    assert "image: mine" in shown
    assert "theirs" not in shown


def test_a_name_that_is_taken_is_told(filled: Podboard) -> None:
    steps = ("sed -i 's/^name: .*/name: all/' $1", "sed -i 's/^name: .*/name: other/' $1")
    filled("edit", "web", **editor(filled, *steps))
    assert '#   there is a record "all" already' in given(filled, 2)
    assert filled.out("list", "-o", "name") == "all\nother\nweb-1\n"


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("false", "the editor false failed with code 1"),
        ("sh -c 'kill -9 $$'", "the editor sh -c 'kill -9 $$' failed with code -9"),
        (
            "/does/not/exist --wait",
            "the editor /does/not/exist --wait does not start: No such file or directory",
        ),
        ("'unfinished", "the editor 'unfinished does not start: it is no command"),
        ("rm", "record.yaml cannot be read: No such file or directory"),
    ],
)
def test_an_editor_that_fails_changes_nothing(program: str, told: str, filled: Podboard) -> None:
    before = filled.contents()
    assert told in filled.told("edit", "web", code=2, EDITOR=program)[0]
    assert filled.contents() == before
    assert left_behind(filled) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_who_is_ended_leaves_no_file(number: signal.Signals, filled: Podboard) -> None:
    filled.environment |= editor(filled, 'echo "token: unsaved" >> $1; touch $TMPDIR/open; exec sleep 60')
    process = filled.start("edit", "web", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    await until((filled.folder / "open").exists)
    [folder] = left_behind(filled)
    assert stat.S_IMODE((folder / "record.yaml").stat().st_mode) == 0o600
    process.send_signal(number)
    assert process.wait(timeout=20) == 128 + number
    assert left_behind(filled) == []


async def test_an_interrupt_is_the_editors(filled: Podboard) -> None:
    step = 'trap "echo image: x >> $1; exit 0" INT; touch $TMPDIR/open; while :; do sleep 0.05; done'
    filled.environment |= editor(filled, step)
    process = filled.start("edit", "web", stdout=subprocess.PIPE, start_new_session=True)
    await until((filled.folder / "open").exists)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    out, _ = process.communicate(timeout=20)
    assert out == b'Changed the record "web"\n'
