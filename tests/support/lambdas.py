"""Handlers in processes of their own, one a call, as Lambda runs them; they may be killed.

A process leads a group, so that whoever ends the group ends the handler with its ffmpeg, as the
end of a sandbox does.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import shutil
import signal
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from tests.support.limits import Limits, hold

PRELOADED = (
    "av", "boto3.s3.transfer", "functions.adapters.ffmpeg.cutter", "functions.adapters.pyav.prober",
    "functions.adapters.dynamo.segments", "functions.bootstrap", "functions.runtime.step",
    "functions.services.cutting.join_audio", "functions.services.runs.finish_run",
    "tests.support.lambdas",
)  # fmt: skip
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(list(PRELOADED))


class FailedError(Exception):
    """A handler raised; `name` is what a state machine matches, None for a killed process."""

    def __init__(self, name: str | None, said: str) -> None:
        super().__init__(f"{name}: {said}")
        self.name = name


@dataclass
class Call:
    """A handler at work: `why` it was ended, and whether the kernel held its disk (`own_disk`,
    known with its answer)."""

    handler: str
    event: Mapping[str, Any]
    process: ForkServerProcess
    answer: Path
    scratch: Path
    limits: Limits | None = None
    why: str | None = None
    own_disk: bool | None = None

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    def kill(self) -> bool:
        """At once and with all its children. False if it was over."""
        if self.process.exitcode is not None:
            return False
        for kill in (os.killpg, os.kill):
            with suppress(ProcessLookupError):
                kill(self.pid, signal.SIGKILL)
        return True

    def end(self, why: str) -> None:
        """Kill it for a reason, which is told with its result."""
        if not self.over():
            self.why = why
            self.kill()

    def over(self) -> bool:
        return self.process.exitcode is not None

    def result(self) -> Any:
        """What the handler returned. Raises FailedError."""
        self.process.join()
        if self.limits:
            shutil.rmtree(self.scratch, ignore_errors=True)
        if not self.answer.exists():
            said = self.why or f"ended with {self.process.exitcode}"
            raise FailedError(None, f"{self.handler} {said}")
        said = json.loads(self.answer.read_text())
        self.answer.unlink()
        self.own_disk = said["own_disk"]
        if "error" in said:
            raise FailedError(said["error"], said["message"])
        return said["result"]


def call(
    handler: str,
    event: Mapping[str, Any],
    environment: Mapping[str, str],
    *,
    killed_at: int | None = None,
    limits: Limits | None = None,
) -> Call:
    """Begin a call. `killed_at` ends it right before that request to AWS, counted from 1.

    With `limits` it has a scratch folder of its own, and less room (see `limits`).
    """
    folder = Path(environment["TMPDIR"])
    fd, name = tempfile.mkstemp(prefix="answer-", dir=folder)
    os.close(fd)
    answer = Path(name)
    answer.unlink()
    scratch = Path(tempfile.mkdtemp(prefix="scratch-", dir=folder)) if limits else folder
    env = {**environment, "TMPDIR": str(scratch)}
    process = _processes.Process(
        target=_work, args=(handler, dict(event), env, name, killed_at, limits)
    )
    process.start()
    return Call(handler, event, process, answer, scratch, limits)


def _work(
    handler: str,
    event: dict[str, Any],
    env: dict[str, str],
    answer: str,
    killed_at: int | None,
    limits: Limits | None,
) -> None:
    os.setsid()
    own_disk = hold(limits, Path(env["TMPDIR"])) if limits else False
    os.environ.clear()
    os.environ.update(env)
    tempfile.tempdir = None
    _quiet(Path(answer).with_suffix(".log"))
    from tests.fakes.lambda_context import FakeLambdaContext

    module = importlib.import_module(f"functions.handlers.{handler}")
    if killed_at is not None:
        _end_before(killed_at)
    try:
        said = {"result": module.lambda_handler(event, FakeLambdaContext())}
    except Exception as error:  # noqa: BLE001  (told to the caller, as the runtime does)
        said = {"error": type(error).__name__, "message": str(error)}
    half = Path(f"{answer}.half")
    half.write_text(json.dumps({**said, "own_disk": own_disk}))
    half.rename(answer)


def _quiet(log: Path) -> None:
    """Logs are kept beside; a killed process's tell what it did last."""
    fd = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(fd, 1)
    os.dup2(fd, 2)


def _end_before(number: int) -> None:
    """Die as the sandbox does, right before the handler's request of this number."""
    from functions.adapters import aws

    count = 0

    def sending(**_: Any) -> None:
        nonlocal count
        count += 1
        if count == number:
            os.killpg(0, signal.SIGKILL)

    aws._session().events.register("before-send", sending)
