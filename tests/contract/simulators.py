"""Simulators beside the bare cloud, as its clients reach them."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from functions.domain.transcripts.ports import JobState, JobStatus, Transcriber
from infra.local.emulator import CREDENTIALS, REGION, Emulator
from infra.local.simulators.running import ensure_simulators, stop_simulators

PATIENCE_S = 120


@contextmanager
def transcribe(cloud: Emulator, home: Path) -> Iterator[str]:
    """The address of a Transcribe of one's own."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "port").write_text("0")
    try:
        yield ensure_simulators(home, cloud.environment())["transcribe"]
    finally:
        stop_simulators(home)


def client_of(endpoint: str) -> Any:
    return boto3.client(
        "transcribe",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )


def expect(endpoint: str, **faults: Any) -> None:
    """Something is to go wrong: see `Faults` of the simulator."""
    body = json.dumps(faults).encode()
    request = urllib.request.Request(  # noqa: S310
        f"{endpoint}/_simulator/faults", data=body, method="POST"
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310
        pass


def heard(endpoint: str) -> list[str]:
    """Names of the jobs that were really listened to."""
    with urllib.request.urlopen(f"{endpoint}/_simulator/heard", timeout=10) as reply:  # noqa: S310
        return list(json.load(reply)["jobs"])


def ended(transcriber: Transcriber, name: str) -> JobState:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        state = transcriber.state(name)
        assert state is not None
        if state.status is not JobStatus.RUNNING:
            return state
        time.sleep(0.1)
    raise AssertionError(f"{name} runs after {PATIENCE_S} s")
