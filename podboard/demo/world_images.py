"""What is inside the images of the demo's story."""

from __future__ import annotations

from typing import Final

from podboard.demo import crowd, programs
from podboard.demo.images import Exit, Image, Tools

_README: Final = """\
{title}

This is a home in podboard's demo: a real shell on a real terminal, on your own machine.
Nothing in this folder outlives the demo.

Things to try:  ls -l    vim app.py    less access.log    htop    exit 3
"""
_APP: Final = '''\
"""The shop's front page."""

from http.server import BaseHTTPRequestHandler, HTTPServer

GREETING = "Welcome to the shop. Today: lamps."


class Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = GREETING.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", 8080), Shop).serve_forever()
'''
_COLOURS: Final = """\
#!/bin/sh
# What this terminal can do: 16 colours, 256 colours, true colour, styles.
for n in 0 1 2 3 4 5 6 7; do printf '\\033[4%sm  \\033[10%sm  ' "$n" "$n"; done; printf '\\033[0m\\n'
n=16; while [ $n -lt 232 ]; do
    printf '\\033[48;5;%sm  ' "$n"; n=$((n + 1)); [ $(((n - 16) % 36)) -ne 0 ] || printf '\\033[0m\\n'
done
n=0; while [ $n -lt 72 ]; do
    printf '\\033[48;2;%s;%s;160m ' $((n * 3)) $((255 - n * 3)); n=$((n + 1))
done; printf '\\033[0m\\n'
printf '\\033[1mbold\\033[0m \\033[2mdim\\033[0m \\033[3mitalic\\033[0m \\033[4munderlined\\033[0m '
printf '\\033[7mreversed\\033[0m \\033[9mstruck\\033[0m \\033[4:3mcurly\\033[0m\\n'
"""
_UNICODE: Final = """\
narrow   |abcdefghij|  accents  |naïve café Ångström|
wide     |漢字かな交じり|  hangul  |한국어|
emoji    |🙂🚀🧪|  family |👩‍👩‍👧‍👦|  flags |🇫🇷🇯🇵|
boxes    ┌──┬──┐ ▁▂▃▄▅▆▇█ ░▒▓  braille ⠁⠃⠇⠏⠟⠿
combining e\u0301 o\u0308   arrows ← ↑ → ↓   maths ∑ √ ∞ ≈
"""

_CONSOLE: Final = """\
echo "The toolbox's console, its container's own process. It numbers what you say; quit ends it."
n=0; while printf 'toolbox> '; read -r line; do
    case $line in quit) exit 0 ;; '') continue ;; esac
    n=$((n + 1)); echo "$n: $line"
done
"""
_ENDS: Final = Exit(0)


def _files(title: str, **others: str) -> dict[str, str]:
    return {"README.md": _README.format(title=f"# {title}"), **others}


def _access_log() -> str:
    lines = (
        f'10.244.1.{2 + n % 9} "GET /products/{n % 40}" 200 {900 + 37 * n} {3 + n % 50}ms' for n in range(400)
    )
    return "\n".join(lines) + "\n"


IMAGES: Final = {
    "shop/web:2.14.0": Image(
        files=_files(
            "web", **{"app.py": _APP, "requirements.txt": "jinja2==3.1.6\n", "access.log": _access_log()}
        ),
        program=programs.web,
        ready_after=2.0,
        on_sigterm=_ENDS,
    ),
    "shop/api:1.9.3": Image(files=_files("api"), program=programs.api, ready_after=1.5, on_sigterm=_ENDS),
    "envoyproxy/envoy:v1.36.2": Image(files=_files("envoy"), program=programs.proxy, on_sigterm=_ENDS),
    "shop/checkout:3.2.1-alpine": Image(
        Tools.SH, _files("checkout, an image with sh and without bash"), programs.checkout, on_sigterm=_ENDS
    ),
    "shop/payments:1.4.0-distroless": Image(Tools.NONE, program=programs.payments, on_sigterm=_ENDS),
    "shop/mailer:0.8.2": Image(files=_files("mailer"), program=programs.mailer, on_sigterm=Exit(143)),
    "shop/cart:5.0.1": Image(files=_files("cart"), program=programs.cart, on_sigterm=Exit(143)),
    "shop/recommender:1.1.0-gpu": Image(),
    "shop/thumbnails:0.3.0": Image(missing=True),
    "postgres:17.2": Image(files=_files("postgres"), program=programs.database, on_sigterm=_ENDS),
    "redis:8.0-alpine": Image(Tools.SH, _files("redis"), programs.cache, on_sigterm=_ENDS),
    "apache/kafka:4.1.0": Image(files=_files("kafka"), program=programs.broker, on_sigterm=Exit(143)),
    "data/backup:2.2.0": Image(files=_files("backup"), program=programs.backup, on_sigterm=Exit(143)),
    "data/etl:7.0.4": Image(files=_files("etl"), program=programs.etl, on_sigterm=Exit(143)),
    "data/wait-for:1.0.0": Image(Tools.SH, program=programs.wait_for_database, on_sigterm=Exit(143)),
    "prom/node-exporter:v1.10.2": Image(
        Tools.SH, _files("node-exporter"), programs.exporter, on_sigterm=_ENDS
    ),
    "registry.k8s.io/ingress-nginx/controller:v1.14.0": Image(
        files=_files("ingress"), program=programs.ingress, ready_after=3.0, on_sigterm=_ENDS
    ),
    "prom/prometheus:v3.8.0": Image(Tools.SH, _files("prometheus"), programs.prometheus, on_sigterm=_ENDS),
    "prom/config-reloader:v0.87.0": Image(Tools.NONE, program=programs.reloader, on_sigterm=_ENDS),
    crowd.IMAGE: Image(files=_files("one of the crowd"), program=programs.crowd, on_sigterm=_ENDS),
    **{f"busybox{tag}": Image(Tools.SH, runs=("sh",)) for tag in ("", ":latest", ":1.36")},
    "infra/toolbox:1.0.0": Image(
        holder="tmux",
        runs=("sh", "-c", _CONSOLE),
        files=_files("toolbox", **{"colours.sh": _COLOURS, "unicode.txt": _UNICODE, "app.py": _APP}),
        on_sigterm=Exit(143),
    ),
}
"""What is inside the story's images, by name."""
