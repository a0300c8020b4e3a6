"""The API function beside the same routes on FastAPI with Mangum, and beside a bare handler.

All three read the same stores in memory and answer with the same models; that their answers are
the same is checked first. Initialisation is a fresh interpreter until the handler is there, with
bytecode at hand as in a layer. Nobody has built a store or imported boto3 by then, as ours does
not; what that costs everybody at the first request is in a row of its own. Ours brings all its
routes, logs, metrics, request ids, rate limits and ETags; the peers have only the measured routes
and none of these.
The overhead of a call is its processor time beyond the bare handler's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from infra.local.paths import LOCAL
from tests.bench.api_peers.subjects import BARE, FASTAPI, HANDLERS, OURS
from tests.bench.rows import Row, compared, measured
from tests.environment import FAKE_AWS, FUNCTION_ENVIRONMENT, TIERS

STARTS = 15
BYTECODE = LOCAL / "bench" / "bytecode"
Samples = dict[str, list[dict[str, float]]]


def run() -> list[Row]:
    starts = _starts()
    calls = _program("warm")
    rows = [
        _start("handler ready, wall", starts, lambda one: one["wall"], goal=1.0),
        _start("handler ready, CPU", starts, lambda one: one["ready_cpu"], goal=1.0),
        _start("first answer, wall", starts, lambda one: one["wall"] + one["first"], goal=1.0),
        measured("handler ready, bare, wall", _middle(starts[BARE], "wall"), unit="ms"),
        measured("boto3 and a client, for all", _middle(starts[OURS], "aws"), unit="ms"),
    ]
    for name, taken in calls.items():
        rows += _calls(name, taken)
    return rows


def _starts() -> Samples:
    """Everybody in turn; a first round, not counted, writes the bytecode that the others read."""
    for subject in HANDLERS:
        _program("start", subject, PYTHONDONTWRITEBYTECODE="")
    samples: Samples = {subject: [] for subject in HANDLERS}
    for _ in range(STARTS):
        for subject, taken in samples.items():
            began = time.monotonic()
            sample = _program("start", subject)
            taken.append({**sample, "wall": sample["ready"] - began})
    return samples


def _program(name: str, *words: str, **environment: str) -> Any:
    """Run a module of `api_peers`, and read its last line."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.api_peers.{name}", *words],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPYCACHEPREFIX": str(BYTECODE),
            "PYTHONDONTWRITEBYTECODE": "1",
            **FUNCTION_ENVIRONMENT,
            **FAKE_AWS,
            "RATE_LIMITS": json.dumps(dict.fromkeys(TIERS, 10**9)),
            **environment,
        },
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _start(
    name: str, starts: Samples, value: Callable[[dict[str, float]], float], *, goal: float
) -> Row:
    """In milliseconds. The ratio is the median of the rounds' ratios, as noise meets both."""
    pairs = [
        (value(ours) * 1e3, value(peer) * 1e3)
        for ours, peer in zip(starts[OURS], starts[FASTAPI], strict=True)
    ]
    return _row(name, pairs, goal=goal, unit="ms")


def _calls(name: str, taken: dict[str, list[float]]) -> list[Row]:
    """In microseconds: the overhead of a call, and the whole of it beside the bare handler's."""
    rounds = zip(taken[OURS], taken[FASTAPI], taken[BARE], strict=True)
    pairs = [((ours - bare) * 1e6, (peer - bare) * 1e6) for ours, peer, bare in rounds]
    ours, bare = median(taken[OURS]) * 1e6, median(taken[BARE]) * 1e6
    return [
        _row(f"{name}, overhead", pairs, goal=0.5, unit="us"),
        compared(f"{name}, whole call", ours, bare, BARE, unit="us"),
    ]


def _row(name: str, pairs: list[tuple[float, float]], *, goal: float, unit: str) -> Row:
    ours, peer = median(a for a, _ in pairs), median(b for _, b in pairs)
    ratio = median(a / b for a, b in pairs)
    return Row(name, round(ours, 1), round(peer, 1), FASTAPI, round(ratio, 3), goal, unit)


def _middle(samples: list[dict[str, float]], name: str) -> float:
    return median(sample[name] for sample in samples) * 1e3
