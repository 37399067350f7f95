import pytest

from podboard.demo.faults import EXEC, LIST, WATCH, Fault, Faults, parse_fault
from podboard.errors import UsageError


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("refuse", Fault("refuse", 0, "all")),
        ("hang@exec", Fault("hang", 0, "exec")),
        (" delay=0.25 ", Fault("delay", 0.25, "all")),
        ("delay=2@watch", Fault("delay", 2, "watch")),
        ("401", Fault("401", 0, "all")),
        ("403@list", Fault("403", 0, "list")),
        ("gone@watch", Fault("gone", 0, "watch")),
        ("drop-watch", Fault("drop-watch", 0, "watch")),
        ("drop-watch=5", Fault("drop-watch", 5, "watch")),
        ("cut", Fault("cut", 4096, "exec")),
        ("cut=1000000@exec", Fault("cut", 1000000, "exec")),
        ("restart", Fault("restart", 0, "all")),
        ("restart=30", Fault("restart", 30, "all")),
    ],
)
def test_faults_are_read_and_written(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault
    assert parse_fault(str(fault)) == fault


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "There is no fault ''.", "The faults are refuse, hang, "),
        ("sulk", "There is no fault 'sulk'.", "restart"),
        ("HANG", "There is no fault 'HANG'.", "hang"),
        ("delay", "The fault delay needs a value.", "delay=0.5"),
        ("delay=", "cannot have the value ''", "a number from 0 to 3600"),
        ("delay=-1", "cannot have the value '-1'", "a number"),
        ("delay=1e3", "cannot have the value '1e3'", "a number"),
        ("delay=3601", "cannot have the value '3601'", "3600"),
        ("delay=nan", "cannot have the value 'nan'", "a number"),
        ("hang=3", "The fault hang takes no value.", "Write hang alone."),
        ("hang=", "The fault hang takes no value.", "Write hang alone."),
        ("cut@watch", "The fault cut cannot be at 'watch'.", "It can be at exec."),
        ("refuse@exec", "The fault refuse cannot be at 'exec'.", "It can be at all."),
        ("500@", "The fault 500 cannot be at ''.", "It can be at all, exec, watch, list."),
        ("500@pods", "The fault 500 cannot be at 'pods'.", "exec"),
    ],
)
def test_what_is_written_wrongly_is_told(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_fault(text)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_faults_hold_where_they_are_put() -> None:
    faults = Faults(["500@list", "delay=1"])
    assert faults.find("500", LIST) == 0
    assert faults.find("500", EXEC) is None
    assert faults.find("500") is None
    assert [faults.find("delay", where) for where in (LIST, WATCH, EXEC)] == [1, 1, 1]
    assert [str(fault) for fault in faults] == ["500@list", "delay=1@all"]


def test_a_change_is_heard_and_a_wrong_one_changes_nothing() -> None:
    faults, heard = Faults(["hang"]), []
    faults.listen(lambda: heard.append(list(faults)))
    with pytest.raises(UsageError):
        faults.set("refuse", "sulk")
    assert (heard, faults.find("hang")) == ([], 0)
    faults.set()
    assert heard == [[]]
