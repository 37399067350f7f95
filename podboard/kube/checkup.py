"""An API server looked at step by step: how far one gets, as whom, and with which rights."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from msgspec.structs import replace

from podboard.errors import ApiError, Denied, FailureKind, LoginError, PodboardError, UnreachableError
from podboard.kube.certificates import in_words, moment, read_certificate
from podboard.kube.credentials import token_end
from podboard.kube.exec import open_exec
from podboard.kube.failures import no_api_server, proxy_in_words, unreachable
from podboard.kube.reach import Reach
from podboard.kube.reviews import WHO, WHO_AM_I, is_allowed, missing_right
from podboard.model.checkup import NO_OP, Check, Result, Step, failed
from podboard.model.ending import EndingKind
from podboard.model.names import checked_container, checked_namespace, checked_pod
from podboard.model.pod_columns import container_names, containers_in_words, default_container
from podboard.model.pod_columns import status as status_of
from podboard.model.role import EXEC_VERBS
from podboard.model.text import one_line
from podboard.probes import in_turn
from podboard.wire.exec_channel import Ended
from podboard.wire.explain import hint_at_rest, no_container
from podboard.wire.pod_documents import decode_pod

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Sequence

    from podboard.kube.access import Access
    from podboard.kube.client import ApiClient
    from podboard.kube.credentials import Credentials
    from podboard.model.checkup import Fact, Scope
    from podboard.model.ending import Ending
    from podboard.model.pod import Pod
    from podboard.model.target import Target

    Facts = dict[str, Fact]

Answer = TypeVar("Answer")

ANSWER: Final = 8.0
"""Seconds for an answer of the API server."""

CREDENTIALS: Final = 30.0
"""Seconds for a credential plugin or an issuer, where no person is asked on the way."""

_NOBODY: Final = "system:anonymous"
_FORBIDDEN, _NOT_FOUND = 403, 404

_CREATE_SINCE: Final = 35
"""The minor version of Kubernetes 1 from which exec needs ``create`` beside ``get``."""

_TO_LIST: Final = ("list", "watch")
"""Verbs on pods that the list of pods needs, and a terminal does not."""

_MOST_GROUPS: Final = 20


def check_api(client: ApiClient, scope: Scope) -> AsyncIterator[Check]:
    """Look at the way to an API server.

    Every step is bounded in time, but for a credential plugin that asks the person. Nothing is started in the
    pod unless ``scope`` says so.

    Args:
        client: Of the server.
        scope: What to look at.
    """
    reach, look = Reach(client.access), _Look(client, scope)
    return in_turn(
        [
            (Step.CONFIGURATION, look.configuration),
            (Step.DNS, reach.dns),
            (Step.TCP, reach.tcp),
            *([(Step.PROXY, reach.proxy)] if client.access.proxy else []),
            (Step.TLS, reach.tls),
            (Step.AUTHENTICATION, look.authentication),
            (Step.AUTHORISATION, look.authorisation),
            *([(Step.POD, look.pod)] if scope.target.pod else []),
            (Step.UPGRADE, look.upgrade),
        ]
    )


class _Look:
    """What is asked of the server, and what it has said so far.

    Args:
        client: Of the server.
        scope: What to look at.
    """

    def __init__(self, client: ApiClient, scope: Scope) -> None:
        self._client = client
        self._access = client.access
        self._target = scope.target
        self._no_exec = scope.no_exec
        self._user = client.access.user
        self._minor: int | None = None

    async def configuration(self) -> Check:
        """Tell what was read."""
        access = self._access
        named = {"context": access.context, "cluster": access.cluster, "user": access.user}
        facts: Facts = {name: one_line(value) for name, value in named.items() if value}
        facts |= {"server": access.server, "namespace": one_line(access.namespace)}
        facts |= {"authority": _authority(access), "credentials": _source(access)}
        if access.tls_server_name:
            facts["tls_server_name"] = one_line(access.tls_server_name)
        if access.proxy:
            facts["proxy"] = proxy_in_words(access).removeprefix("the proxy ")
        if access.impersonate:
            facts["acting_as"] = one_line(dict(access.impersonate).get("Impersonate-User", ""))
        words = [f'{name} "{facts[name]}"' for name in ("context", "user") if name in facts]
        words += [f"{key} {facts[key]}" for key in ("proxy",) if key in facts]
        return Check(Step.CONFIGURATION, Result.OK, ", ".join(words) or access.server, facts=facts)

    async def authentication(self) -> Check:
        """Ask the server who we are."""
        facts, by = _shown(self._access, await self._credentials())
        try:
            review = await self._asked(self._client.post_json(WHO, WHO_AM_I))
        except ApiError as error:
            if error.status == _NOT_FOUND:
                return await self._authentication_of_old(facts, by)
            found = re.search(r'User "([^"]*)"', error.message)
            if error.status != _FORBIDDEN or found is None or found[1] == _NOBODY:
                return failed(Step.AUTHENTICATION, error, facts)
            self._user = found[1]
        else:
            self._user, facts["groups"] = self._identity(review)
        facts["user"] = self._user
        await self._note_version(facts)
        return Check(Step.AUTHENTICATION, Result.OK, f'known as "{self._user}"{by}', facts=facts)

    async def authorisation(self) -> Check:
        """Ask the server what we may do, verb by verb."""
        target, everywhere = self._target, replace(self._target, pod="")
        granted, listed = await asyncio.gather(
            self._may(target, EXEC_VERBS, "exec"), self._may(everywhere, _TO_LIST)
        )
        facts: Facts = {"namespace": one_line(target.namespace)}
        facts |= {f"{verb} pods/exec": may for verb, may in granted.items()}
        facts |= {f"{verb} pods": may for verb, may in listed.items()}
        is_old = self._minor is not None and self._minor < _CREATE_SINCE
        lacking = [verb for verb in EXEC_VERBS if not granted[verb] and not (is_old and verb == "create")]
        if lacking:
            told = missing_right(self._user, lacking, target.namespace)
            refusal = ApiError(
                told.sentence, told.hint, status=_FORBIDDEN, reason="Forbidden",
                denied=Denied(self._user, target.namespace),
            )  # fmt: skip
            return failed(Step.AUTHORISATION, refusal, facts)
        hint = ""
        if not all(listed.values()):
            hint = "the list of pods stays empty: it needs list and watch on pods"
        if not all(granted.values()):
            hint = f"from Kubernetes 1.{_CREATE_SINCE} on, create on pods/exec is needed as well"
        may = f"{' and '.join(verb for verb in EXEC_VERBS if granted[verb])} pods/exec"
        return Check(Step.AUTHORISATION, Result.OK, f"may {may} in {facts['namespace']}", hint, facts)

    async def pod(self) -> Check:
        """Look for a container that a terminal could be opened in."""
        target = self._target
        path = f"/api/v1/namespaces/{checked_namespace(target.namespace)}/pods/{checked_pod(target.pod)}"
        try:
            pod = decode_pod(msgspec.Raw(await self._asked(self._client.get_bytes(path))))
        except ApiError as error:
            if error.status == _FORBIDDEN:
                return Check(Step.POD, Result.SKIPPED, one_line(f'"{self._user}" may not look at it'))
            if error.status == _NOT_FOUND:
                error.kind = FailureKind.POD
            raise
        if pod is None:
            raise no_api_server(self._access, 200)
        return self._container(pod)

    async def upgrade(self) -> Check:
        """Run a command that does nothing, if that is wished."""
        if self._no_exec:
            return Check(Step.UPGRADE, Result.SKIPPED, self._no_exec)
        command = " ".join(NO_OP)
        ending = await self._asked(self._run())
        if ending.kind is EndingKind.DROPPED:
            raise UnreachableError(ending.sentence, ending.hint)
        said = "ran" if ending.exit_code == 0 else f"did not run: {ending.sentence}"
        return Check(Step.UPGRADE, Result.OK, f"upgraded to a WebSocket; `{command}` {said}")

    # -- inside -----------------------------------------------------------------------------

    async def _credentials(self) -> Credentials:
        try:
            async with asyncio.timeout(None if self._client.may_ask else CREDENTIALS):
                return await self._client.credentials()
        except TimeoutError:
            raise LoginError(
                f"the {_source(self._access)} did not hand out credentials within {CREDENTIALS:g} s",
                "run it by hand to see what it waits for",
            ) from None

    async def _authentication_of_old(self, facts: Facts, by: str) -> Check:
        """Have a server before 1.28, which does not tell who we are, accept us at least."""
        await self._may(self._target, EXEC_VERBS, "exec")
        await self._note_version(facts)
        return Check(
            Step.AUTHENTICATION, Result.OK, f"accepted{by}; this server does not say as whom", facts=facts
        )

    async def _note_version(self, facts: Facts) -> None:
        """Note the server's version, which it need not tell."""
        try:
            found = await self._asked(self._client.get_json("/version"))
        except PodboardError:
            return
        if isinstance(found, dict):
            facts["version"] = one_line(str(found.get("gitVersion", "")), 40)
            minor = re.match(r"\d+", str(found.get("minor", "")))
            self._minor = int(minor[0]) if minor and str(found.get("major")) == "1" else None

    async def _may(self, target: Target, verbs: Sequence[str], subresource: str = "") -> dict[str, bool]:
        """Ask for several verbs on pods, and say of each whether it is allowed."""
        asking = [self._asked(is_allowed(self._client, target, verb, subresource)) for verb in verbs]
        return dict(zip(verbs, await asyncio.gather(*asking), strict=True))

    async def _asked(self, answer: Awaitable[Answer]) -> Answer:
        """Wait for an answer, but not for long."""
        try:
            async with asyncio.timeout(ANSWER):
                return await answer
        except TimeoutError as error:
            raise unreachable(self._access, error) from error

    async def _run(self) -> Ending:
        session = await open_exec(self._client, self._target, NO_OP, tty=False, stdin=False)
        try:
            while not isinstance(event := await session.receive(), Ended):
                pass
        finally:
            await session.close()
        return event.ending

    def _identity(self, review: Any) -> tuple[str, tuple[str, ...]]:
        try:
            info = review["status"]["userInfo"]
            groups = tuple(one_line(str(group), 100) for group in info.get("groups") or ())
            return one_line(info["username"], 200), groups[:_MOST_GROUPS]
        except (TypeError, KeyError, AttributeError):
            raise no_api_server(self._access, 201) from None

    def _container(self, pod: Pod) -> Check:
        """Judge a pod, and take its default container where none was named."""
        names = container_names(pod)
        name = self._target.container or default_container(pod)
        facts: Facts = {"status": one_line(status_of(pod)), "containers": tuple(map(one_line, names))}
        if name not in names:
            told = no_container(self._target.pod, name, containers_in_words(pod))
            gone = ApiError(*told, status=_NOT_FOUND)
            gone.kind = FailureKind.POD
            return failed(Step.POD, gone, facts)
        self._target = replace(self._target, container=checked_container(name))
        facts["container"] = name
        states = (*(pod.status.container_statuses or ()), *(pod.status.init_container_statuses or ()))
        state = next((status.state for status in states if status.name == name), None)
        if pod.status.phase != "Running" or (state is not None and state.running is None):
            rests = ApiError(
                f"container {name} is not running: the pod is {facts['status']}",
                hint_at_rest(name),
                status=500,
            )
            rests.kind = FailureKind.POD
            return failed(Step.POD, rests, facts)
        of_several = f" (of {len(names)})" if len(names) > 1 else ""
        return Check(Step.POD, Result.OK, f"container {name}{of_several} runs", facts=facts)


def _authority(access: Access) -> str:
    if access.insecure:
        return "none: nothing is verified"
    return "the system's" if access.ca is None else "the cluster's own"


def _source(access: Access) -> str:
    """Say where credentials come from."""
    if access.plugin is not None:
        return f'credential plugin "{one_line(Path(access.plugin.command).name)}"'
    if access.oidc is not None:
        return "OpenID Connect login"
    if access.token_file is not None:
        return "token file"
    if access.token:
        return "token"
    if access.username or access.password:
        return "user name and password"
    return "client certificate" if access.client_certificate is not None else "none"


def _shown(access: Access, credentials: Credentials) -> tuple[Facts, str]:
    """Say what the server is shown, without showing it; also as the end of a sentence."""
    kinds, end = [], None
    if access.server.startswith("https:"):
        if credentials.certificate is not None:
            kinds.append("client certificate")
            certificate = read_certificate(credentials.certificate.certificate)
            end = certificate.ends if certificate is not None else None
        if credentials.token:
            kinds.append("token")
            end = end or token_end(credentials.token)
        elif access.username or access.password:
            kinds.append("user name and password")
    facts: Facts = {"credentials": tuple(kinds), "source": _source(access)}
    by = f" by {' and '.join(kinds)}" if kinds else " without credentials"
    if end is None:
        return facts, by
    # Of several, the server looks at the certificate first.
    facts |= {"expires": moment(end), "lasts": in_words(end, time.time())}
    return facts, f"{by}, which {facts['lasts']}"
