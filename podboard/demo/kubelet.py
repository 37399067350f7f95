"""Scheduler and kubelet in one: they take a pod from its creation through its life to its end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Final

from podboard.demo import pod_status
from podboard.demo.addresses import Addresses
from podboard.demo.containers import StartError
from podboard.demo.events import Happening
from podboard.demo.images import Exit
from podboard.demo.kinds import NODE, POD
from podboard.demo.own_process import OwnProcess
from podboard.demo.processes import Streams
from podboard.demo.scheduler import choose_node
from podboard.demo.times import parse_rfc3339, rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from podboard.demo.agenda import Agenda, Script
    from podboard.demo.containers import Runtime
    from podboard.demo.events import EventRecorder
    from podboard.demo.gojson import Object
    from podboard.demo.images import Image
    from podboard.demo.logs import Logs
    from podboard.demo.store import Collection, Document, Store

_BIND, _ACCEPT, _SANDBOX, _PULL, _START, _RESYNC, _FORGET = 0.006, 0.024, 0.8, 1.2, 0.09, 0.02, 0.4
"""Seconds each step of a pod's life takes, as on a real, idle node."""

_OBEY_SECONDS: Final = 1.0
"""How long a process takes to end that is asked to and does as it is told."""

_KILLED: Final = Exit(137)
_NOT_STARTED: Final = Exit(128, "StartError")
_DEBUGS: Final = ("sh",)
"""What an image runs that is used to debug others, if nothing else is known of it."""

_BACK_OFF_FIRST: Final = 10
BACK_OFF_LIMIT: Final = 20
"""Seconds a crashing container waits; a real kubelet goes up to five minutes, too long to be watched."""

_RECALLED_SECONDS: Final = 60.0
_RECALLED_LINES: Final = 200
"""How much of their past containers remember that were there before the cluster was started."""

_CALM_SECONDS: Final = 600.0
"""A container that ran for so long is no longer held to be crashing."""


@dataclass(frozen=True, slots=True)
class PodId:
    """Which pod: a replaced one has the same name and another uid."""

    namespace: str
    name: str
    uid: str


class Kubelet:
    """Leads every pod through its life.

    Args:
        changed: Called with a pod's last state whenever it has changed or is gone.
    """

    def __init__(
        self,
        store: Store,
        agenda: Agenda,
        runtime: Runtime,
        logs: Logs,
        events: EventRecorder,
        *,
        changed: Callable[[Object], None],
    ) -> None:
        self._pods: Collection = store[POD]
        self._node_objects = store[NODE]
        self._agenda = agenda
        self._runtime = runtime
        self._logs = logs
        self._events = events
        self._changed = changed
        self._addresses = Addresses(self._node_objects)
        self._placed = 0
        self._back_off: dict[tuple[str, str], int] = {}
        self._previous: dict[tuple[str, str], str] = {}
        self._own: dict[str, OwnProcess] = {}
        self._killing: set[asyncio.Task[None]] = set()

    def lead(self, pod: Object) -> None:
        """Lead a pod that has just been created: schedule it and start it."""
        which = _id(pod)
        self._agenda.play(self._begin(which), which.uid)

    def take_up(self, pod: Object) -> None:
        """Go on with a pod whose status tells that it has been alive for a while."""
        which = _id(pod)
        for status in pod_status.statuses(pod):
            name, state = status["name"], status["state"]
            for ended in (status["lastState"].get("terminated"), state.get("terminated")):
                if ended is not None:
                    self._recall(which, self._image(pod, name), ended)
            if "running" in state:
                if status["lastState"]:
                    self._previous[which.uid, name] = status["lastState"]["terminated"]["containerID"]
                self._play_container(which, name, behind=_RECALLED_SECONDS)
            elif "waiting" in state and status["lastState"]:
                self._play_container(which, name, waits=float(_BACK_OFF_FIRST))
                self._back_off[which.uid, name] = BACK_OFF_LIMIT

    def end_container(self, which: PodId, container: str, ending: Exit) -> None:
        """End a running container's process now; it is restarted as its pod's policy says."""
        self._agenda.stop(_run_owner(which, container))
        self._play_container(which, container, ending=ending)

    def bounce(self, which: PodId, container: str, ending: Exit) -> Script:
        """Return a script that ends a container and starts it again, without living through either run."""
        if self._ended(which, container, ending) is not None:
            yield 1.0
            self._start(which, container)

    def debug(self, pod: Object, container: str) -> None:
        """Start a debug container that has just been added to a pod."""
        which = _id(pod)
        self._agenda.play(self._begin_debugger(which, container), _run_owner(which, container))

    def own_process(self, pod: Object, name: str) -> OwnProcess | None:
        """Return a running container's own process, started now if nobody asked for it before.

        None where it is only played: then all there is of it is its log.

        Raises:
            StartError: It cannot be started.
        """
        spec, image = pod_status.container_spec(pod, name), self._image(pod, name)
        runs = image.runs or (_DEBUGS if pod_status.is_debugger(pod, name) else ())
        if not runs:
            return None
        which, run = _id(pod), str(pod_status.container_status(pod, name)["containerID"])
        if (known := self._own.get(run)) is not None:
            return known
        log = self._logs.of(run)
        own = OwnProcess(lambda line: log.write(line, self._agenda.now()))
        where = self._runtime.container(run, which.namespace, which.name, name, spec["image"])
        terminal = bool(spec.get("tty"))
        streams = Streams(terminal, stdin=bool(spec.get("stdin")), stdout=True, stderr=not terminal)
        process = where.start([*spec.get("command", runs), *spec.get("args", ())], streams, own)
        self._own[run] = own
        own.begin(process, lambda code: self._own_ended(which, name, run, code))
        return own

    def look_at(self, pod: Object, container: str) -> None:
        """Begin to live through a container's run that nobody has looked at so far."""
        which = _id(pod)
        running = "running" in pod_status.container_status(pod, container)["state"]
        if running and not self._agenda.plays(_run_owner(which, container)):
            self._play_container(which, container, behind=_RECALLED_SECONDS)

    def delete(self, document: Document, grace: int | None) -> None:
        """Begin to delete a pod.

        Args:
            grace: Seconds its processes have to end by themselves; None for what its spec says.
        """
        pod = document.read()
        which, metadata = _id(pod), pod["metadata"]
        seconds = pod["spec"]["terminationGracePeriodSeconds"] if grace is None else grace
        if "nodeName" not in pod["spec"] or pod["status"]["phase"] in {"Succeeded", "Failed"}:
            seconds = 0  # nothing of it runs
        if "deletionTimestamp" in metadata and seconds >= metadata["deletionGracePeriodSeconds"]:
            return
        self._agenda.stop(which.uid)
        if seconds == 0:
            self._forget(which)
            return
        if "deletionTimestamp" not in metadata:
            metadata["generation"] += 1
        metadata["deletionTimestamp"] = rfc3339(self._agenda.now() + seconds)
        metadata["deletionGracePeriodSeconds"] = seconds
        _put_deletion_in_order(metadata)
        self._put(pod)
        self._agenda.play(self._end(which, seconds), which.uid)

    def addresses(self, node: str) -> tuple[str, str]:
        """Return a node's own address, and one for a new pod on it."""
        return self._addresses.of_node(node), self._addresses.next_of_pod(node)

    def tell_of_back_off(self, pod: Object, container: str) -> None:
        """Record that a container is not started again at once."""
        which = _id(pod)
        full_name = f"{which.name}_{which.namespace}({which.uid})"
        message = f"Back-off restarting failed container {container} in pod {full_name}"
        self._say(pod, Happening("BackOff", message, "Warning", container))

    async def settled(self) -> None:
        """Wait until the processes of ended containers are gone."""
        await asyncio.gather(*self._killing)

    # -- scripts

    def _begin(self, which: PodId) -> Script:
        yield _BIND
        if not self._schedule(which):
            return
        yield _ACCEPT
        self._change(which, self._accept)
        yield _SANDBOX
        pod = self._change(which, pod_status.sandbox_made)
        if pod is None:
            return
        for container in pod["spec"].get("initContainers", []):
            yield _START
            if pod_status.is_sidecar(container):
                self._start(which, container["name"])
                self._play_container(which, container["name"])
            elif not (yield from self._initialize(which, container["name"])):
                return
        yield _START
        names = [container["name"] for container in pod["spec"]["containers"]]
        there = [name for name in names if not self._image(pod, name).missing]
        self._start(which, *there)
        for name in names:
            if name in there:
                self._play_container(which, name)
            else:
                self._agenda.play(self._pull_in_vain(which, name), _run_owner(which, name))

    def _begin_debugger(self, which: PodId, name: str) -> Script:
        yield _ACCEPT
        pod = self._change(which, lambda pod, now: pod_status.debugger_accepted(pod, name, now))
        if pod is None:
            return
        if self._image(pod, name).missing:
            yield from self._pull_in_vain(which, name)
            return
        yield _START
        self._start(which, name)
        pod = self._read(which)
        try:
            if pod is not None:
                self.own_process(pod, name)
        except StartError:
            self._ended(which, name, _NOT_STARTED)

    def _initialize(self, which: PodId, name: str) -> Generator[float, None, bool]:
        """Run an init container, again and again until it succeeds; return whether it ever does."""
        while True:
            self._start(which, name)
            ending = yield from self._run(which, name)
            if ending is None:
                return False
            pod = self._ended(which, name, ending)
            if pod is None or pod["status"]["phase"] == "Failed":
                return False
            if ending.code == 0:
                return True
            yield from self._hold_back(which, name)

    def _pull_in_vain(self, which: PodId, name: str) -> Script:
        """Ask a registry again and again for an image that it does not have."""
        seconds = _BACK_OFF_FIRST
        while (pod := self._read(which)) is not None:
            image = pod_status.container_spec(pod, name)["image"]
            kind = pod_status.field_of(pod, name)
            failed = f'Failed to pull image "{image}": rpc error: code = NotFound desc = {image}: not found'
            self._say(pod, Happening("Pulling", f'Pulling image "{image}"', container=name, kind=kind))
            yield _PULL
            self._wait_for_image(which, name, "ErrImagePull", failed.partition(": ")[2])
            self._say(pod, Happening("Failed", failed, "Warning", name, kind))
            yield float(_BACK_OFF_FIRST)
            backing_off = f'Back-off pulling image "{image}"'
            self._wait_for_image(which, name, "ImagePullBackOff", backing_off)
            self._say(pod, Happening("BackOff", backing_off, container=name, kind=kind))
            yield float(seconds)
            seconds = min(2 * seconds, BACK_OFF_LIMIT)

    def _container(
        self, which: PodId, name: str, ending: Exit | None, waits: float | None, behind: float
    ) -> Script:
        """Follow a container that runs, through its ends and restarts."""
        if waits is not None:
            yield waits
            self._start(which, name)
        while True:
            if ending is None:
                ending = yield from self._run(which, name, behind)
            pod = self._ended(which, name, ending) if ending is not None else None
            if pod is None or ending is None or not _restarts(pod, name, ending):
                return
            ending, behind = None, 0.0
            yield from self._hold_back(which, name)
            self._start(which, name)

    def _run(self, which: PodId, name: str, behind: float = 0.0) -> Generator[float, None, Exit | None]:
        """Live through one run of a container's own process; return how it ended, None if it never does.

        Args:
            behind: Seconds of its past to be caught up with at once.
        """
        pod = self._read(which)
        if pod is None:
            return None
        status, image = pod_status.container_status(pod, name), self._image(pod, name)
        log = self._logs.of(status["containerID"])
        if image.ready_after and not status["ready"]:
            yield image.ready_after
            self._change(which, lambda pod, now: pod_status.ready(pod, name, now))
        if image.program is None:
            return None
        program = image.program(_chance(which, name, status["restartCount"]))
        moment = self._agenda.now() - behind
        while True:
            try:
                wait, line = next(program)
            except StopIteration as end:
                ending: Exit = end.value
                return ending
            moment += wait
            if (rest := moment - self._agenda.now()) > 0:
                yield rest
            log.write(line, moment)

    def _recall(self, which: PodId, image: Image, ended: Object) -> None:
        """Write down what a run said that has ended before the cluster was started."""
        if image.program is None:
            return
        said = list(islice(image.program(_chance(which, "", 0)), _RECALLED_LINES))
        moment = parse_rfc3339(ended["finishedAt"]) - sum(wait for wait, _ in said)
        log = self._logs.of(ended["containerID"])
        for wait, line in said:
            moment += wait
            log.write(line, moment)
        log.end()

    def _hold_back(self, which: PodId, name: str) -> Script:
        """Wait as long as a container has to that ended and is to run again."""
        yield 1.0
        seconds = self._back_off.get((which.uid, name), 0)
        self._back_off[which.uid, name] = min(2 * seconds or _BACK_OFF_FIRST, BACK_OFF_LIMIT)
        if not seconds:
            return
        pod = self._change(which, lambda pod, now: pod_status.backing_off(pod, name, seconds, now))
        if pod is None:
            return
        self.tell_of_back_off(pod, name)
        yield float(seconds)

    def _end(self, which: PodId, grace: int) -> Script:
        """End a pod: its containers, then the pod itself."""
        yield _RESYNC
        pod = self._change(which, pod_status.resynced)
        if pod is None:
            return
        running = [one["name"] for one in pod_status.statuses(pod) if "running" in one["state"]]
        for name in running:
            self._say(pod, Happening("Killing", f"Stopping container {name}", container=name))
        endings = {name: self._image(pod, name).on_sigterm for name in running}
        yield float(grace) if None in endings.values() else min(float(grace), _OBEY_SECONDS)
        for name in running:
            self._agenda.stop(_run_owner(which, name))
            self._end_run(pod_status.container_status(pod, name)["containerID"])

        def ended(pod: Object, now: float) -> None:
            for name in running:
                pod_status.ended(pod, name, endings[name] or _KILLED, now)

        if self._change(which, ended) is None:
            return
        yield _FORGET

        def last_word(pod: Object, now: float) -> None:
            pod["metadata"] |= {"deletionTimestamp": rfc3339(now), "deletionGracePeriodSeconds": 0}

        self._change(which, last_word)
        self._forget(which)

    # -- steps

    def _schedule(self, which: PodId) -> bool:
        pod = self._read(which)
        if pod is None:
            return False
        now = self._agenda.now()
        node, why_not = choose_node(pod, self._node_objects.documents(), self._placed)
        if node is None:
            pod_status.unschedulable(pod, why_not, now)
            self._put(pod)
            self._events.by_scheduler(pod, Happening("FailedScheduling", why_not, "Warning"), now)
            return False
        self._placed += 1
        pod_status.scheduled(pod, node, now)
        self._put(pod)
        message = f"Successfully assigned {which.namespace}/{which.name} to {node}"
        self._events.by_scheduler(pod, Happening("Scheduled", message), now)
        return True

    def _accept(self, pod: Object, now: float) -> None:
        pod_status.accepted(pod, self._addresses.of_node(pod["spec"]["nodeName"]), now)

    def _give_ip(self, pod: Object) -> None:
        """Give a pod an address, if it has none yet."""
        if "podIP" not in pod["status"]:
            pod_status.has_ip(pod, self._addresses.next_of_pod(pod["spec"]["nodeName"]))

    def _wait_for_image(self, which: PodId, name: str, reason: str, message: str) -> None:
        def waits(pod: Object, now: float) -> None:
            self._give_ip(pod)
            pod_status.image_missing(pod, name, reason, message, now)

        self._change(which, waits)

    def _start(self, which: PodId, *names: str) -> None:
        """Start containers, and tell of them together."""

        def begin(pod: Object, now: float) -> None:
            self._give_ip(pod)
            for name in names:
                pod_status.started(pod, name, now, ready=not self._image(pod, name).ready_after)

        before = self._read(which)
        if before is None:
            return
        for name in names:
            status = pod_status.container_status(before, name)
            if status.get("containerID"):
                old = self._previous.get((which.uid, name))
                if old is not None:
                    self._logs.forget(old)
                self._previous[which.uid, name] = status["containerID"]
        pod = self._change(which, begin)
        if pod is None:
            return
        for name in names:
            image = pod_status.container_spec(pod, name)["image"]
            kind = pod_status.field_of(pod, name)
            there = f'Container image "{image}" already present on machine and can be accessed by the pod'
            self._say(pod, Happening("Pulled", there, container=name, kind=kind))
            self._say(pod, Happening("Created", "Container created", container=name, kind=kind))
            self._say(pod, Happening("Started", "Container started", container=name, kind=kind))

    def _ended(self, which: PodId, name: str, ending: Exit) -> Object | None:
        before = self._read(which)
        if before is None:
            return None
        status = pod_status.container_status(before, name)
        self._end_run(status["containerID"])
        ran = self._agenda.now() - parse_rfc3339(status["state"]["running"]["startedAt"])
        if ran > _CALM_SECONDS:
            self._back_off.pop((which.uid, name), None)
        return self._change(which, lambda pod, now: pod_status.ended(pod, name, ending, now))

    def _own_ended(self, which: PodId, name: str, run: str, code: int) -> None:
        del self._own[run]
        if self._runtime.is_running(run):
            self.end_container(which, name, Exit(code))

    def _end_run(self, container_id: str) -> None:
        """Kill what somebody still has running in a container whose own process has ended."""
        self._logs.of(container_id).end()
        task = asyncio.get_running_loop().create_task(self._runtime.kill(container_id))
        self._killing.add(task)
        task.add_done_callback(self._killing.discard)

    def _forget(self, which: PodId) -> None:
        last = self._read(which)
        self._agenda.stop(which.uid)
        if last is None:
            return
        for status in pod_status.statuses(last):
            self._agenda.stop(_run_owner(which, status["name"]))
            for container_id in (
                status.get("containerID"),
                self._previous.pop((which.uid, status["name"]), None),
            ):
                if container_id:
                    self._end_run(container_id)
                    self._logs.forget(container_id)
            self._back_off.pop((which.uid, status["name"]), None)
        self._pods.delete(which.namespace, which.name)
        self._changed(last)

    def _play_container(
        self,
        which: PodId,
        name: str,
        *,
        ending: Exit | None = None,
        waits: float | None = None,
        behind: float = 0.0,
    ) -> None:
        self._agenda.play(self._container(which, name, ending, waits, behind), _run_owner(which, name))

    def _read(self, which: PodId) -> Object | None:
        document = self._pods.get(which.namespace, which.name)
        pod = None if document is None else document.read()
        return pod if pod is not None and pod["metadata"]["uid"] == which.uid else None

    def _change(self, which: PodId, change: Callable[[Object, float], None]) -> Object | None:
        pod = self._read(which)
        if pod is not None:
            change(pod, self._agenda.now())
            self._put(pod)
        return pod

    def _put(self, pod: Object) -> None:
        self._pods.put(pod)
        self._changed(pod)

    def _say(self, pod: Object, what: Happening) -> None:
        self._events.by_kubelet(pod, what, self._agenda.now())

    def _image(self, pod: Object, container: str) -> Image:
        return self._runtime.image(pod_status.container_spec(pod, container)["image"])


def _id(pod: Object) -> PodId:
    metadata = pod["metadata"]
    return PodId(metadata["namespace"], metadata["name"], metadata["uid"])


def _chance(which: PodId, container: str, restarts: int) -> Random:
    """Return what a run's accidents are drawn from: the same ones every time the cluster is started."""
    return Random(f"{which.namespace}/{which.name}/{container}/{restarts}")  # noqa: S311 (log lines, not secrets)


def _run_owner(which: PodId, container: str) -> str:
    return f"{which.uid}/{container}"


def _restarts(pod: Object, container: str, ending: Exit) -> bool:
    if "deletionTimestamp" in pod["metadata"] or pod_status.is_debugger(pod, container):
        return False
    if pod_status.is_sidecar(pod_status.container_spec(pod, container)):
        return True
    policy = pod["spec"]["restartPolicy"]
    return policy == "Always" or (policy == "OnFailure" and ending.code != 0)


def _put_deletion_in_order(metadata: Object) -> None:
    """Put the two fields where Go has them: after the moment of creation."""
    fields = ("deletionTimestamp", "deletionGracePeriodSeconds")
    told = {name: metadata.pop(name) for name in fields}
    items = list(metadata.items())
    metadata.clear()
    for name, value in items:
        metadata[name] = value
        if name == "creationTimestamp":
            metadata |= told
