"""What a person has decided for all clusters."""

from pathlib import Path

import pytest

from podboard.config import Config, read_config
from podboard.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    return path


def test_where_there_is_no_file_nothing_is_decided(tmp_path: Path) -> None:
    assert read_config(tmp_path / "config.toml") == Config()
    assert read_config(written(tmp_path, "")) == Config()


def test_a_host_for_some_contexts(tmp_path: Path) -> None:
    text = '[ssh]\nhost = "bastion"\nport = 2222\nusername = "ops"\ncontexts = ["prod-*", "stage"]\n'
    bastion = read_config(written(tmp_path, text)).bastion
    assert bastion is not None
    assert (bastion.details.text("host"), bastion.details.port) == ("bastion", 2222)
    served = [context for context in ("prod-eu", "stage", "dev", "") if bastion.serves(context)]
    assert served == ["prod-eu", "stage"]


def test_a_host_without_contexts_serves_all(tmp_path: Path) -> None:
    bastion = read_config(written(tmp_path, '[ssh]\nhost = "bastion"\n')).bastion
    assert bastion is not None
    assert bastion.serves("dev")
    assert bastion.serves("")


def test_what_is_recorded(tmp_path: Path) -> None:
    assert not read_config(written(tmp_path, "")).record.wants("prod-eu")
    assert not read_config(written(tmp_path, "[record]\ninput = true\n")).record.wants("prod-eu")
    record = read_config(written(tmp_path, '[record]\ncontexts = ["prod-*"]\n')).record
    assert [context for context in ("prod-eu", "dev", "") if record.wants(context)] == ["prod-eu"]
    assert not record.input
    assert read_config(written(tmp_path, "[record]\ninput = true\n")).record.input


def test_terminals_come_back_unless_that_is_not_wanted(tmp_path: Path) -> None:
    assert read_config(written(tmp_path, "")).reconnect
    assert read_config(written(tmp_path, "[terminals]\n")).reconnect
    assert not read_config(written(tmp_path, "[terminals]\nreconnect = false\n")).reconnect


def test_terminals_are_offered_again_unless_that_is_not_wanted(tmp_path: Path) -> None:
    assert read_config(written(tmp_path, "[terminals]\n")).restore
    assert read_config(written(tmp_path, '[terminals]\nrestore = "ask"\n')).restore
    assert not read_config(written(tmp_path, '[terminals]\nrestore = "never"\n')).restore


def test_shells_are_held_unless_that_is_not_wanted(tmp_path: Path) -> None:
    assert read_config(written(tmp_path, "[terminals]\n")).resume
    config = read_config(written(tmp_path, "[terminals]\nresume = false\n"))
    assert (config.resume, config.reconnect) == (False, True)


def test_what_holds_shells_where_an_image_has_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_config(written(tmp_path, "[terminals]\n")).helper is None
    monkeypatch.setenv("HOME", "/home/ada")
    helper = read_config(written(tmp_path, '[helper]\npath = "~/bin/dtach"\n')).helper
    assert helper is not None
    assert helper.path == Path("/home/ada/bin/dtach")
    assert helper.serves("prod-eu")
    assert helper.serves("")
    text = '[helper]\npath = "/opt/dtach"\ncontexts = ["dev-*", "stage"]\n'
    helper = read_config(written(tmp_path, text)).helper
    assert helper is not None
    assert [name for name in ("dev-1", "stage", "prod-eu", "") if helper.serves(name)] == ["dev-1", "stage"]


def test_how_many_lines_terminals_keep(tmp_path: Path) -> None:
    assert read_config(written(tmp_path, "")).scrollback == 10_000
    assert read_config(written(tmp_path, "[terminals]\nscrollback = 0\n")).scrollback == 0
    assert read_config(written(tmp_path, "[terminals]\nscrollback = 50_000\n")).scrollback == 50_000


def test_whether_pastes_are_shown_first(tmp_path: Path) -> None:
    assert read_config(written(tmp_path, "")).paste_preview
    config = read_config(written(tmp_path, "[terminals]\npaste_preview = false\n"))
    assert not config.paste_preview
    assert config.reconnect


def test_what_leaves_an_attached_process_to_itself(tmp_path: Path) -> None:
    assert read_config(written(tmp_path, "")).detach_keys == ("ctrl+p", "ctrl+q")
    text = '[terminals]\ndetach_keys = "ctrl+x,d"\n'
    assert read_config(written(tmp_path, text)).detach_keys == ("ctrl+x", "d")
    assert read_config(written(tmp_path, '[terminals]\ndetach_keys = ""\n')).detach_keys == ()


def test_what_debug_containers_are_made_of(tmp_path: Path) -> None:
    assert read_config(written(tmp_path, "")).debug_image == "busybox:1.36"
    text = '[debug]\nimage = " registry.example:5000/tools@sha256:0a "\n'
    assert read_config(written(tmp_path, text)).debug_image == "registry.example:5000/tools@sha256:0a"


def test_how_broadcasts_are_armed(tmp_path: Path) -> None:
    rules = read_config(written(tmp_path, "")).broadcast
    assert rules.disarm_after == 60
    assert not rules.protects("prod-eu")
    text = '[broadcast]\ndisarm_after = 20\nprotected = ["prod*", "stage"]\n'
    rules = read_config(written(tmp_path, text)).broadcast
    assert rules.disarm_after == 20
    assert [name for name in ("prod-eu", "stage", "stage-2", "dev", "") if rules.protects(name)] == [
        "prod-eu",
        "stage",
    ]
    for seconds in (5, 3600):
        config = read_config(written(tmp_path, f"[broadcast]\ndisarm_after = {seconds}"))
        assert config.broadcast.disarm_after == seconds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[debug]\nimage = 3", "image of [debug] in * must name an image"),
        ('[debug]\nimage = " "', "image of [debug] in * must name an image"),
        ('[debug]\ntag = "1"', '[debug] in * has "tag", which it cannot have'),
        ("[terminals]\ndetach_keys = 3", "detach_keys of [terminals] in * must be ctrl and a letter"),
        ('[terminals]\ndetach_keys = "ctrl+p,"', "detach_keys of [terminals] in * must be ctrl and a letter"),
        ('[terminals]\ndetach_keys = "ctrl-p"', "detach_keys of [terminals] in * must be ctrl and a letter"),
        ("[broadcast]\ndisarm_after = 4", "disarm_after of [broadcast] in * must be a number of seconds"),
        ("[broadcast]\ndisarm_after = 3601", "disarm_after of [broadcast] in * must be a number of seconds"),
        ("[broadcast]\ndisarm_after = true", "must be a number of seconds from 5 to 3600"),
        ('[broadcast]\nprotected = "prod"', "protected of [broadcast] in * must be a list of text"),
        ("[broadcast]\nalways = true", '[broadcast] in * has "always", which it cannot have'),
        ("[terminals]\nrestore = true", 'restore of [terminals] in * must be "ask" or "never"'),
        ("[terminals]\nscrollback = -1", "scrollback of [terminals] in * must be a number from 0 to 1000000"),
        ("[terminals]\nscrollback = true", "scrollback of [terminals] in * must be a number"),
        ('[terminals]\nscrollback = "all"', "scrollback of [terminals] in * must be a number"),
        ("terminals = 1", "terminals in * is no table"),
        ("[terminals]\npaste_preview = 1", "paste_preview of [terminals] in * must be true or false"),
        ('[terminals]\nresume = "auto"', "resume of [terminals] in * must be true or false"),
        ('[terminals]\nreconnect = "no"', "reconnect of [terminals] in * must be true or false"),
        ('[helper]\npath = "bin/dtach"', "path of [helper] in * must be an absolute path"),
        ("[helper]\npath = true", "path of [helper] in * must be an absolute path"),
        ('[helper]\ncontexts = ["dev"]', "path of [helper] in * must be an absolute path"),
        ('[helper]\npath = "/a"\ncontexts = "dev"', "contexts of [helper] in * must be a list of text"),
        ('[helper]\npath = "/a"\nsize = 1', '[helper] in * has "size", which it cannot have'),
        ("helper = true", "helper in * is no table"),
        ("[terminals]\nretry = 1", '[terminals] in * has "retry", which it cannot have'),
        ("[ssh", "is no valid TOML"),
        ("ssh = 3", "ssh in * is no table"),
        ("[ssh]\nport = 22", "names no host"),
        ('[ssh]\nhost = "b"\npassword = "x"', 'has "password", which it cannot have'),
        ('[ssh]\nhost = "b"\nport = 70000', "no number from 1 to 65535"),
        ('[ssh]\nhost = "b"\ncontexts = "prod"', "must be a list of text"),
        ("record = true", "record in * is no table"),
        ('[record]\ncontexts = "prod"', "contexts of [record] in * must be a list of text"),
        ('[record]\ninput = "yes"', "input of [record] in * must be true or false"),
        ("[record]\noutput = true", '[record] in * has "output", which it cannot have'),
        ("[shh]\n", 'has "shh", which podboard does not know'),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as refused:
        read_config(path)
    assert said.replace("*", str(path)) in refused.value.message
    assert str(path) in refused.value.message
    assert "hunter2" not in refused.value.message


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read_config(tmp_path)
