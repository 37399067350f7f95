"""The embedded cluster's logs, held against a real API server's."""

import asyncio
import re

from podboard.demo import pod_status
from podboard.demo.kinds import POD
from podboard.demo.times import parse_rfc3339
from tests.protocol.test_demo_http import ask, same_head
from tests.support.cluster import TEAM, Recorded, in_thread
from tests.support.raw_client import RawClient
from tests.support.recordings import recording
from tests.support.waiting import until

BEGAN = parse_rfc3339("2026-11-23T03:44:10Z")


def say(bench: Recorded, pod: str, *lines: str, previous: bool = False) -> None:
    """Write lines, five seconds apart, into the log of a recorded pod."""
    document = bench.cluster.plane.store[POD].get(TEAM, pod)
    assert document is not None
    status = next(pod_status.statuses(document.read()))
    run = status["lastState"]["terminated"]["containerID"] if previous else status["containerID"]
    log = bench.cluster.plane.logs.of(run)
    for number, line in enumerate(lines):
        log.write(line, BEGAN + 5 * number + 0.25)


def ticks(bench: Recorded) -> None:
    say(bench, "api", *(f"tick {number}" for number in range(1, 311)))


async def test_all_of_a_log(recorded: Recorded) -> None:
    told = recording("log-completed")
    say(recorded, "done", "all done")
    answer = await in_thread(ask, recorded, told.request)
    same_head(answer, told)
    assert answer.body == told.body


async def test_the_run_before(recorded: Recorded) -> None:
    told = recording("log-previous")
    say(recorded, "crash", "fatal: no config", previous=True)
    answer = await in_thread(ask, recorded, told.request)
    same_head(answer, told)
    assert answer.body == told.body


async def test_a_container_that_waits_to_be_restarted_tells_of_its_last_run(recorded: Recorded) -> None:
    say(recorded, "crash", "fatal: no config", previous=True)
    path = recording("log-previous").request["path_and_query"].replace("?previous=true", "")
    answer = await in_thread(ask, recorded, recording("log-previous").request, path)
    assert answer.body == b"fatal: no config\n"


async def test_the_last_lines(recorded: Recorded) -> None:
    told = recording("log-tail")
    ticks(recorded)
    answer = await in_thread(ask, recorded, told.request)
    same_head(answer, told)
    assert answer.body == told.body


async def test_timestamps(recorded: Recorded) -> None:
    told = recording("log-timestamps")
    ticks(recorded)
    answer = await in_thread(ask, recorded, told.request)
    same_head(answer, told)
    form = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z) (.*)")
    seen, real = (form.findall(body) for body in (answer.body, told.body))
    assert [line for _, line in seen] == [line for _, line in real]
    assert seen[0][0] == b"2026-11-23T04:09:45.250000000Z"


async def test_lines_since_a_moment_and_no_more_than_so_many_bytes(recorded: Recorded) -> None:
    ticks(recorded)
    path, request = "/api/v1/namespaces/team-a/pods/api/log", recording("log-tail").request
    since = await in_thread(ask, recorded, request, f"{path}?sinceTime=2026-11-23T04:09:50Z")
    assert since.body == b"tick 309\ntick 310\n"
    recorded.cluster.plane.agenda.advance(
        parse_rfc3339("2026-11-23T04:10:00Z") - recorded.cluster.plane.agenda.now()
    )
    seconds = await in_thread(ask, recorded, request, f"{path}?sinceSeconds=6")
    assert seconds.body == b"tick 310\n"
    limited = await in_thread(ask, recorded, request, f"{path}?tailLines=2&limitBytes=12")
    assert limited.body == b"tick 309\ntic"


async def test_a_log_is_followed(recorded: Recorded) -> None:
    told = recording("log-follow")
    ticks(recorded)
    lines: list[bytes] = []

    def follow() -> None:
        with RawClient(recorded.login(told.request["auth"])) as client:
            client.send("GET", told.request["path_and_query"], told.request["headers"])
            head = client.head()
            assert head.headers["content-type"] == told.response["headers"]["content-type"]
            while len(lines) < 4:
                lines.extend(client.chunk().splitlines())

    running = asyncio.create_task(in_thread(follow))
    await until(lambda: len(lines) == 2)
    say(recorded, "api", "tick 311")
    say(recorded, "api", "tick 312")
    await running
    assert [line.partition(b" ")[2] for line in lines] == [b"tick 309", b"tick 310", b"tick 311", b"tick 312"]


async def test_following_ends_with_the_container(recorded: Recorded) -> None:
    told = recording("log-follow-end")
    cluster, agenda = recorded.cluster, recorded.cluster.plane.agenda
    spec = {"containers": [{"name": "app", "image": "podboard/brief:1"}], "restartPolicy": "Never"}
    cluster.create_pod({"metadata": {"name": "brief"}, "spec": spec}, TEAM)
    agenda.advance(1.3)
    lines: list[bytes] = []
    ended: list[bool] = []

    def follow() -> None:
        with RawClient(recorded.login(told.request["auth"])) as client:
            client.send("GET", told.request["path_and_query"], told.request["headers"])
            client.head()
            while chunk := client.chunk():
                lines.extend(chunk.splitlines())
            ended.append(True)

    running = asyncio.create_task(in_thread(follow))
    await until(lambda: len(lines) == 1)
    agenda.advance(5)
    await running
    assert [line.decode() for line in lines] == list(told.lines)
    assert ended
