"""The floor of a flood: a client that reads an exec with aiohttp and throws everything away.

Run as ``python -m bench.floor KUBECONFIG NAMESPACE POD FILE``; prints seconds from the command to
its last byte. It shares no code with podboard but the reading of the kubeconfig.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from podboard.kube.resolve import load_access
from podboard.kube.tls import make_ssl_context
from podboard.model.overrides import Overrides

END = b"FLOOD-ENDS"


async def measure(kubeconfig: str, namespace: str, pod: str, file: str) -> float:
    """Pour ``file`` through a terminal in ``pod``; returns seconds."""
    access = load_access(Overrides(kubeconfig=kubeconfig), os.environ, Path.home())
    script = f"read go; cat {file}; echo {END.decode()}"
    query = [("command", "sh"), ("command", "-c"), ("command", script)]
    query += [("stdin", "true"), ("stdout", "true"), ("tty", "true")]
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/exec?{urlencode(query, quote_via=quote)}"
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(
            URL(access.server + path, encoded=True),
            protocols=("v5.channel.k8s.io",),
            ssl=make_ssl_context(access, access.client_certificate),
            headers=access.headers(access.bearer_token()),
            max_msg_size=0,
        ) as socket,
    ):
        await socket.send_bytes(b'\x04{"Width":200,"Height":50}')
        await socket.receive()
        started = time.perf_counter()
        await socket.send_bytes(b"\0go\r")
        async for message in socket:
            if END in message.data:
                return time.perf_counter() - started
    msg = "the exec ended before the flood"
    raise RuntimeError(msg)


if __name__ == "__main__":
    print(asyncio.run(measure(*sys.argv[1:])))
