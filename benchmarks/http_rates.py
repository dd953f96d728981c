"""Queries and updates a second through the HTTP interface, by a client in a process of its own.

`python -m benchmarks.http_rates [SECONDS]` starts a replica with a toy canister, asks it as fast as
it answers over a few connections, prints rates and latencies, and keeps them in
benchmarks/results/http_rates.json and HTTP_RATES.md. Requests are made beforehand and every one is
signed, as agents sign them, by an Ed25519 key.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from benchmarks.beside_pocket_ic import behind_half, beside_lines, beside_real
from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Primitive, TypeTable
from kybra_replica.ic_http import IcServer, application, cbor
from kybra_replica.ic_http.request_id import hash_of_map
from kybra_replica.ic_http.self_authenticating import principal_of
from kybra_replica.kernel.principals import bytes_of
from kybra_replica.live import LiveReplica
from kybra_replica.program.load import load_program

CONNECTIONS = 8
MOST_POSTS = 5
ANONYMOUS = "2vxsx-fae"
Methods = tuple[str, str]
"""A query and an update, which take nothing, but for the toy's."""
TOY_METHODS = ("asked", "told")
GOALS = {"query": 300, "call": 100}
"""How many a second there have to be at least."""
NAMES = {"query": "queries", "call": "updates"}
START_S = 2.0
RESULTS = Path(__file__).parent / "results"
RESULT_FILE, REPORT_FILE = RESULTS / "http_rates.json", RESULTS / "HTTP_RATES.md"
HEAD = """\
# Queries and updates a second through HTTP

`python -m benchmarks.http_rates` measures it again and rewrites this page: a toy canister, signed
requests over 8 connections, the client in a process of its own on the same machine.
"""
TABLE = """\
| what | measured | goal | median ms | p99 ms |
|---|---|---|---|---|
"""
TEXT = encode((Primitive("text"),), ("hello",), TypeTable())
NOTHING = encode((), (), TypeTable())
CANISTER = '''"""A canister that echoes."""

from kybra import query, text, update


@query
def asked() -> text:
    return "hello"


@update
def told(message: text) -> text:
    return message
'''


class Sender:
    """Makes signed bodies, no two alike."""

    def __init__(self, canister: str) -> None:
        """Send to one canister."""
        self._key = Ed25519PrivateKey.from_private_bytes(bytes(32))
        self._der = self._key.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        self._canister = bytes_of(canister)
        self._count = 0

    def body(self, kind: str, method: str, arg: bytes) -> bytes:
        """One request's body, good for four minutes."""
        self._count += 1
        content = {
            "request_type": kind,
            "sender": principal_of(self._der),
            "ingress_expiry": time.time_ns() + 240_000_000_000,
            "nonce": self._count.to_bytes(8, "big"),
            "canister_id": self._canister,
            "method_name": method,
            "arg": arg,
        }
        signature = self._key.sign(b"\x0aic-request" + hash_of_map(content))
        return cbor.encode_self_described(
            {"content": content, "sender_pubkey": self._der, "sender_sig": signature}
        )


async def answered(session: aiohttp.ClientSession, url: str, body: bytes) -> None:
    """Post a body until it is replied to; a server may say first that it goes on with it."""
    for _ in range(MOST_POSTS):
        async with session.post(url, data=body) as reply:
            told = await reply.read()
            if reply.status == HTTPStatus.ACCEPTED:
                continue
            if reply.status != HTTPStatus.OK or cbor.decode(told)["status"] != "replied":
                raise RuntimeError(f"{reply.status} {told!r:.200}")
            return
    raise RuntimeError(f"not replied to after {MOST_POSTS} posts")


async def drive(url: str, bodies: list[bytes], seconds: float) -> dict[str, Any]:
    """Post the bodies over some connections until they or the time run out."""
    waits_ms: list[float] = []
    left = iter(bodies)
    end = time.monotonic() + seconds

    async def connection(session: aiohttp.ClientSession) -> None:
        for body in left:
            started = time.monotonic()
            if started > end:
                return
            await answered(session, url, body)
            waits_ms.append((time.monotonic() - started) * 1_000)

    headers = {"Content-Type": "application/cbor"}
    async with aiohttp.ClientSession(headers=headers) as session:
        started = time.monotonic()
        await asyncio.gather(*(connection(session) for _ in range(CONNECTIONS)))
        took_s = time.monotonic() - started
    waits_ms.sort()
    return {
        "requests": len(waits_ms),
        "a_second": round(len(waits_ms) / took_s, 1),
        "median_ms": round(statistics.median(waits_ms), 2),
        "p99_ms": round(waits_ms[int(len(waits_ms) * 0.99)], 2),
    }


def client(url: str, canister: str, methods: Methods, seconds: float) -> None:
    """What the client's process does: warm up, then measure both kinds."""
    sender = Sender(canister)
    most = int(2_000 * seconds)
    measured = {}
    for kind, (api, method) in {"query": ("v2", methods[0]), "call": ("v3", methods[1])}.items():
        arg = TEXT if method == TOY_METHODS[1] else NOTHING
        target = f"{url}/api/{api}/canister/{canister}/{kind}"
        asyncio.run(drive(target, [sender.body(kind, method, arg) for _ in range(50)], seconds))
        bodies = [sender.body(kind, method, arg) for _ in range(most)]
        measured[kind] = asyncio.run(drive(target, bodies, seconds))
    print(json.dumps(measured))


def measured_at(url: str, canister: str, methods: Methods, seconds: float) -> dict[str, Any]:
    """Let a client in a process of its own measure a served canister's query and update."""
    command = [sys.executable, "-m", "benchmarks.http_rates", "--client"]
    command += [url, canister, *methods, str(seconds)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 (this very file)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def measure_rates(folder: Path, seconds: float) -> dict[str, Any]:
    """Serve a replica that keeps its state in `folder`, and let the client measure it."""
    entry = folder / "canister" / "main.py"
    entry.parent.mkdir()
    entry.write_text(CANISTER)
    with LiveReplica(folder / "state") as replica, IcServer(application(replica)) as server:
        canister = replica.create_canister(controller=ANONYMOUS)
        program = load_program(entry, [], name="echo")
        replica.install(canister, program, sender=ANONYMOUS)
        return measured_at(server.url, canister, TOY_METHODS, seconds)


def measure_start(folder: Path) -> float:
    """Seconds from the command `serve` to its first answer."""
    command = [sys.executable, "-m", "kybra_replica", "serve", "--state", str(folder / "started")]
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 (our own module)
        url = (process.stdout.readline() if process.stdout else "").split()[-1]
        with urlopen(f"{url}/api/v2/status", timeout=30) as answer:  # noqa: S310 (our own server)
            answer.read()
        took_s = time.monotonic() - started
        process.terminate()
    return round(took_s, 2)


def versions() -> dict[str, str]:
    """What ran, and where."""
    return {
        "python": platform.python_version(),
        "kybra": version("kybra"),
        "aiohttp": version("aiohttp"),
        "machine": f"{os.cpu_count()} CPUs, {sys.platform}",
    }


def report(results: dict[str, Any]) -> str:
    """The results as a page."""
    rows = [f"| start, in seconds | {results['start_s']} | under {START_S:g} |  |  |"]
    for kind, rate in results["rates"].items():
        goal = f"{GOALS[kind]} at least"
        rest = f"{rate['median_ms']} | {rate['p99_ms']}"
        rows.append(f"| {NAMES[kind]} a second | {rate['a_second']} | {goal} | {rest} |")
    told = ", ".join(f"{name} {what}" for name, what in results["versions"].items())
    page = f"{HEAD}\nThe latest run: {told}.\n\n{TABLE}" + "\n".join(rows) + "\n"
    return page + beside_lines(results["beside"])


def missed(results: dict[str, Any]) -> list[str]:
    """The goals that were not met."""
    slow = [kind for kind, goal in GOALS.items() if results["rates"][kind]["a_second"] < goal]
    behind = [f"half the real {kind} rate" for kind in behind_half(results["beside"])]
    return [*slow, *behind, *(["start"] if results["start_s"] >= START_S else [])]


def main() -> int:
    """Measure, print and keep; 1 where a goal was missed."""
    seconds = float(sys.argv[1]) if sys.argv[1:] else 5.0
    with TemporaryDirectory() as folder:
        start_s = measure_start(Path(folder))
        rates = measure_rates(Path(folder), seconds)
    results = {"versions": versions(), "start_s": start_s, "rates": rates}
    results["beside"] = beside_real(os.environ, seconds)
    RESULT_FILE.write_text(json.dumps(results, indent=1) + "\n")
    REPORT_FILE.write_text(report(results))
    print(report(results))
    for goal in missed(results):
        print(f"missed: {goal}", file=sys.stderr)
    return int(bool(missed(results)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        client(sys.argv[2], sys.argv[3], (sys.argv[4], sys.argv[5]), float(sys.argv[6]))
    else:
        sys.exit(main())
