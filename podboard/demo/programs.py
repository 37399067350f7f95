"""What the demo's containers do: a few lines of log, and for some of them an end.

Each is a generator of (seconds to wait, line) that returns how the process ended, if it ever does.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Final, Never, TypeAlias

from podboard.demo.images import Exit

if TYPE_CHECKING:
    from random import Random

_Says: TypeAlias = Generator[tuple[float, str], None, Exit]
_SaysForever: TypeAlias = Generator[tuple[float, str], None, Never]

_PATHS: Final = (
    "/",
    "/cart",
    "/checkout",
    "/products/42",
    "/products/7",
    "/search?q=lamp",
    "/static/app.css",
)
_STATUSES: Final = (200,) * 12 + (304, 304, 302, 404, 500)
_TABLES: Final = ("orders", "customers", "stock", "sessions")


def web(random: Random) -> _SaysForever:
    """Serve pages."""
    yield 0.1, "web 2.14.0 starting, 4 workers"
    yield 0.2, "listening on :8080"
    while True:
        client = f"10.244.{random.randint(0, 2)}.{random.randint(2, 60)}"
        path, status = random.choice(_PATHS), random.choice(_STATUSES)
        line = f'{client} "GET {path}" {status} {random.randint(120, 48000)} {random.randint(1, 180)}ms'
        yield random.uniform(0.4, 1.6), line


def api(random: Random) -> _SaysForever:
    """Answer calls, in JSON lines."""
    yield 0.3, '{"level":"info","msg":"api 1.9.3 ready","port":9090}'
    while True:
        level = "warn" if random.random() < 0.06 else "info"  # noqa: PLR2004 (a share)
        route, took = random.choice(("/v1/orders", "/v1/stock", "/v1/prices")), random.randint(2, 90)
        yield (
            random.uniform(0.8, 2.4),
            f'{{"level":"{level}","msg":"handled","route":"{route}","took_ms":{took},"trace":"{random.getrandbits(48):012x}"}}',
        )


def proxy(random: Random) -> _SaysForever:
    """Pass connections on."""
    yield 0.1, "[info] all clusters initialized, starting workers"
    while True:
        yield random.uniform(2.0, 5.0), f"[info] upstream api: {random.randint(3, 40)} requests, 0 retries"


def checkout(random: Random) -> _SaysForever:
    """Take orders."""
    yield 0.2, "checkout 3.2.1 ready"
    while True:
        order, total = random.randint(100000, 999999), random.randint(500, 30000) / 100
        yield random.uniform(1.5, 4.0), f"order {order} paid, total {total:.2f}"


def payments(random: Random) -> _SaysForever:
    """Talk to a bank."""
    yield 0.2, "payments 1.4.0 ready, mode sandbox"
    while True:
        yield (
            random.uniform(2.0, 6.0),
            f"settled batch of {random.randint(1, 30)} in {random.randint(40, 400)}ms",
        )


def mailer(random: Random) -> _Says:
    """Look for a server that is not there, and give up."""
    yield 0.3, "mailer 0.8.2 starting"
    yield 0.5, "connecting to smtp.shop.svc:2525"
    yield random.uniform(3.0, 5.0), "dial tcp: lookup smtp.shop.svc: no such host"
    yield 0.2, "fatal: no mail server, giving up"
    return Exit(1)


def cart(random: Random) -> _Says:
    """Keep carts in memory until there is none left."""
    yield 0.2, "cart 5.0.1 ready"
    used = random.randint(90, 110)
    while used < 256:  # noqa: PLR2004 (its limit, in MiB)
        yield random.uniform(1.0, 2.0), f"carts {random.randint(800, 1200)}, heap {used} MiB of 256 MiB"
        used += random.randint(1, 5)
    return Exit(137, "OOMKilled")


def database(random: Random) -> _SaysForever:
    """Answer queries and tidy up."""
    yield 0.4, "LOG:  database system is ready to accept connections"
    while True:
        table, removed = random.choice(_TABLES), random.randint(10, 4000)
        yield (
            random.uniform(4.0, 9.0),
            f'LOG:  automatic vacuum of table "shop.public.{table}": removed {removed} rows',
        )


def cache(random: Random) -> _SaysForever:
    """Keep things in memory."""
    yield 0.1, "* Ready to accept connections tcp"
    while True:
        yield random.uniform(5.0, 10.0), f"* {random.randint(10, 900)} changes in 60 seconds. Saving..."


def broker(random: Random) -> _SaysForever:
    """Pass messages on."""
    yield 0.6, "INFO [KafkaRaftServer nodeId=0] Kafka Server started"
    while True:
        partition = random.randint(0, 11)
        yield random.uniform(3.0, 7.0), f"INFO [Log partition=orders-{partition}] Rolled new log segment"


def exporter(random: Random) -> _SaysForever:
    """Tell of a machine."""
    yield 0.1, 'level=info msg="Listening on" address=[::]:9100'
    while True:
        yield 15.0, f'level=debug msg="scrape" collectors=38 duration={random.uniform(0.01, 0.05):.3f}s'


def ingress(random: Random) -> _SaysForever:
    """Let people in."""
    yield 0.3, "I1123 controller.go: Backend successfully reloaded"
    while True:
        path, status = random.choice(_PATHS), random.choice(_STATUSES)
        client = f"198.51.100.{random.randint(1, 254)}"
        yield (
            random.uniform(0.5, 1.5),
            f'{client} "GET {path} HTTP/2.0" {status} shop-web-8080 {random.random():.3f}',
        )


def prometheus(random: Random) -> _SaysForever:
    """Collect numbers."""
    yield 0.5, 'level=info msg="Server is ready to receive web requests."'
    while True:
        yield (
            random.uniform(6.0, 12.0),
            f'level=info component=tsdb msg="Head GC completed" duration={random.randint(2, 30)}ms',
        )


def reloader(random: Random) -> _SaysForever:
    """Watch a file."""
    yield 0.1, "watching /etc/prometheus for changes"
    while True:
        yield random.uniform(20.0, 40.0), "no change"


def backup(random: Random) -> _Says:
    """Copy everything away."""
    for table in _TABLES:
        yield random.uniform(0.5, 1.5), f"dumping {table}: {random.randint(1000, 90000)} rows"
    yield 0.5, "backup finished"
    return Exit(0)


def wait_for_database(random: Random) -> _Says:
    """Wait until somebody answers."""
    for attempt in range(1, random.randint(4, 6)):
        yield 2.0, f"postgres-0.postgres:5432 not ready yet, attempt {attempt}"
    yield 1.0, "postgres-0.postgres:5432 accepts connections"
    return Exit(0)


def etl(random: Random) -> _Says:
    """Move some rows about."""
    for step in range(1, 11):
        yield random.uniform(1.5, 3.0), f"step {step}/10: {random.randint(100, 5000)} rows"
    yield 0.3, "done"
    return Exit(0)


def crowd(random: Random) -> _SaysForever:
    """Say now and then that nothing is wrong."""
    yield 0.1, "ready"
    while True:
        yield 5.0, f"ok, {random.randint(1, 500)} requests"
