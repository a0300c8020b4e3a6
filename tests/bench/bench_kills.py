"""Fifty runs whose workers are killed at random moments, and what is left of each afterwards.

The handlers run in processes of their own against a local S3 and local tables; each is killed
together with its ffmpeg, up to three times a run, and tried again as the state machine would. In
every other run the moments are drawn from the time that a run takes undisturbed; in the rest they
are requests, between two of which a run is otherwise seldom caught. SEED and RUNS in the
environment choose others.
"""

from __future__ import annotations

import os
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from functions.domain.cutting.segmentation import Segmentation
from infra.local import emulator
from infra.local.deployment import client
from tests.bench.rows import MissedError, Row, measured
from tests.contract.tables import make_tables
from tests.media.make import heavy
from tests.support.execution import Execution
from tests.support.lambdas import FailedError
from tests.support.site import Site, make_site, reached
from tests.support.whole import faults

SECONDS = 12
MOST_KILLS = 3
# About how many requests a call of each handler makes.
REQUESTS = {
    "claim_run": 10, "probe_source": 10, "plan_segments": 9,
    "cut_window": 20, "join_audio": 40, "finish_run": 14,
}  # fmt: skip


@dataclass
class _Tally:
    runs: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)


def run() -> list[Row]:
    """Raises MissedError where a run was not whole."""
    seed, runs = int(os.environ.get("SEED") or 4), int(os.environ.get("RUNS") or 50)
    with tempfile.TemporaryDirectory() as name, _site(Path(name)) as site:
        source = heavy(site.folder / "noise.mov", SECONDS, "320x180")
        for _ in range(2):
            usual = _once(site, source, _Tally(), None, 1.0)
        tally = _Tally()
        for number in range(runs):
            tally.spent.append(_once(site, source, tally, random.Random(f"{seed}-{number}"), usual))
            tally.runs += 1
    rows = [
        measured("runs that were disturbed", tally.runs, unit="runs"),
        measured("workers killed and tried again", tally.kills.total(), unit="workers"),
        *(
            measured(f"killed in {name}", n, unit="workers")
            for name, n in sorted(tally.kills.items())
        ),
        measured("runs with anything missing, doubled or left", len(tally.wrong), unit="runs"),
        measured("an undisturbed run", usual, unit="s"),
        measured("a disturbed run, mean", sum(tally.spent) / max(runs, 1), unit="s"),
    ]
    if tally.wrong:
        raise MissedError(rows, tally.wrong)
    return rows


@contextmanager
def _site(folder: Path) -> Iterator[Site]:
    cloud = emulator.start(folder / "cloud", keep_objects=False)
    try:
        endpoints = {**emulator.CREDENTIALS, "AWS_ENDPOINT_URL": cloud.endpoint}
        client(cloud, "s3").create_bucket(Bucket="kills")
        tables = make_tables(client(cloud, "dynamodb"))
        cognito = client(cloud, "cognito-idp")
        site = make_site(endpoints, tables, "kills", cognito, folder / "site")
        with reached(site.environment):
            yield site
    finally:
        cloud.stop()


def _once(
    site: Site, source: Path, tally: _Tally, chance: random.Random | None, usual: float
) -> float:
    """One run, disturbed where there is chance; returns the seconds it took."""
    video = site.queue(source, Segmentation(length=1_000))
    requests = _requests(chance) if chance and tally.runs % 2 else {}
    execution = Execution(site, video, killed_at=lambda handler: requests.pop(handler, None))
    over = threading.Event()
    moments = _moments(chance, usual) if chance and not tally.runs % 2 else []
    killer = threading.Thread(target=_kill, args=(execution, moments, chance, over))
    began = time.monotonic()
    killer.start()
    try:
        execution.run()
    except FailedError as error:
        tally.wrong.append(f"run {tally.runs}: {error}")
    finally:
        over.set()
        killer.join()
    spent = time.monotonic() - began
    tally.kills.update(line.partition(":")[0] for line in execution.retried)
    found = faults(site, video, source, SECONDS)
    if found:
        tally.wrong.append(f"run {tally.runs}: {found}")
    return spent


def _requests(chance: random.Random) -> dict[str, int]:
    """Before which request of which handlers a worker ends."""
    every = [(name, at) for name, most in REQUESTS.items() for at in range(1, most + 1)]
    return dict(chance.sample(every, chance.randint(1, MOST_KILLS)))


def _moments(chance: random.Random, usual: float) -> list[float]:
    return sorted(chance.uniform(0, usual) for _ in range(chance.randint(1, MOST_KILLS)))


def _kill(
    execution: Execution,
    moments: list[float],
    chance: random.Random | None,
    over: threading.Event,
) -> None:
    """At each moment one of those at work; the next to begin, where nobody is."""
    began = time.monotonic()
    for moment in moments if chance else []:
        if over.wait(max(0.0, began + moment - time.monotonic())):
            return
        while not over.wait(0.002):
            calls = execution.calls()
            if calls and chance.choice(calls).kill():
                break
