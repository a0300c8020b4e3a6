"""Simulators beside a local cloud: each a process with a port of its own, noted in its home."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from infra.local.paths import ROOT
from infra.local.ports import HOST, first_free
from infra.local.processes import end, exists, spawn

HEALTH: Final = "/_simulator/health"
START_SECONDS: Final = 30
# name -> the port it has unless another program has it
USUAL_PORTS: Final = {
    "transcribe": 4577, "bedrock": 4578, "sync_so": 4579, "rekognition": 4580,
    "social": 4581,
}  # fmt: skip
NAMES: Final = tuple(USUAL_PORTS)


class SimulatorError(Exception):
    """A simulator could not be started; the message has the end of its log."""


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running one."""

    name: str
    pid: int
    port: int

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    def alive(self) -> bool:
        try:
            with urllib.request.urlopen(self.endpoint + HEALTH, timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def ensure_simulators(home: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Start those that are not up; addresses by name. `environment` reaches the local cloud."""
    return {name: _ensure(home, name, environment).endpoint for name in NAMES}


def stop_simulators(home: Path) -> None:
    for name in NAMES:
        known = _noted(home, name)
        if known is not None:
            end(known.pid)
            _note(home, name).unlink(missing_ok=True)


def _ensure(home: Path, name: str, environment: Mapping[str, str]) -> Simulator:
    known = _noted(home, name)
    if known is not None and exists(known.pid) and known.alive():
        return known
    log = home / f"{name}.log"
    port = _port(home, known, name)
    words = ["-m", f"infra.local.simulators.{name}", "--port", str(port), "--home", str(home)]
    path = {"PYTHONPATH": os.pathsep.join([str(ROOT), environment.get("PYTHONPATH", "")])}
    pid = spawn([sys.executable, *words], log, {**environment, **path})
    made = Simulator(name, pid, port)
    _await_health(made, log)
    _note(home, name).write_text(json.dumps(asdict(made)))
    return made


def _port(home: Path, known: Simulator | None, name: str) -> int:
    """The one it had, so that what was deployed still finds it; a test's cloud takes any."""
    before = () if known is None else (known.port,)
    usual = () if (home / "port").exists() and _is_test(home) else (USUAL_PORTS[name],)
    return first_free((*before, *usual, 0))


def _is_test(home: Path) -> bool:
    """Clouds of tests start side by side: two would find the same port free."""
    return ROOT / ".local" not in home.parents


def _note(home: Path, name: str) -> Path:
    return home / f"{name}.json"


def _noted(home: Path, name: str) -> Simulator | None:
    note = _note(home, name)
    return Simulator(**json.loads(note.read_text())) if note.exists() else None


def _await_health(made: Simulator, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and exists(made.pid):
        if made.alive():
            return
        time.sleep(0.05)
    end(made.pid)
    tail = log.read_text(errors="replace")[-2000:]
    raise SimulatorError(f"{made.name} did not start; the end of its log:\n{tail}")
