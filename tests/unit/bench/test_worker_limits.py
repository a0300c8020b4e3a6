"""What is too much for a worker ends it, by whichever means this machine has."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.local.paths import ROOT
from tests.support.limits import Limits
from tests.support.warden import Peaks, warden

MIB = 1024 * 1024
LIMITS = Limits(disk=8 * MIB, memory=200 * MIB)
PATIENCE_S = 30

BEGIN = """
import os, subprocess, sys, time
from pathlib import Path
from tests.support.limits import Limits, hold
scratch = Path(sys.argv[1])
held = hold(Limits(int(sys.argv[2]), int(sys.argv[3])), scratch)
def fill(name, mib):
    with (scratch / name).open("wb") as file:
        for _ in range(mib):
            file.write(os.urandom(1 << 20))
            time.sleep(0.02)
"""
REFUSED = """
from tests.support import limits
def refuse(*_):
    raise PermissionError
limits._own_disk = refuse
"""
# A child as a worker has: it takes what it is told to, and stays a while.
CHILD = "import time; kept = b'x' * ({} << 20); time.sleep(0.4)"


@dataclass
class Process:
    process: subprocess.Popen[str]
    scratch: Path
    limits: Limits | None = LIMITS
    why: str | None = None

    @property
    def pid(self) -> int:
        return self.process.pid

    def end(self, why: str) -> None:
        self.why = why
        os.killpg(self.pid, signal.SIGKILL)

    def status(self) -> int:
        return self.process.wait(PATIENCE_S)


Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Begin a worker that does what it is told, in a scratch folder of its own."""
    begun: list[Process] = []

    def begin(does: str, before: str = "") -> Process:
        scratch = tmp_path / f"scratch-{len(begun)}"
        scratch.mkdir()
        words = [str(scratch), str(LIMITS.disk), str(LIMITS.memory)]
        process = subprocess.Popen(
            [sys.executable, "-c", before + BEGIN + does, *words],
            cwd=ROOT,
            start_new_session=True,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(Process(process, scratch))
        return begun[-1]

    yield begin
    for one in begun:
        if one.process.poll() is None:
            one.end("the test is over")
        one.process.communicate()


@contextmanager
def watched(*workers: Process) -> Iterator[Peaks]:
    with warden(lambda: [one for one in workers if one.process.poll() is None]) as peaks:
        yield peaks


def test_given_a_worker_that_needs_no_more_when_it_works_then_it_is_let_be(start: Start) -> None:
    worker = start("fill('a', 6); time.sleep(0.2); (scratch / 'a').unlink(); fill('b', 6)")

    with watched(worker) as peaks:
        assert worker.status() == 0

    assert worker.why is None
    assert 6 * MIB <= peaks.disk <= LIMITS.disk
    assert 0 < peaks.memory <= LIMITS.memory


@pytest.mark.parametrize(
    "does",
    [
        "fill('a', 12); time.sleep(60)",
        "fill('a', 6); fill('b', 6); time.sleep(60)",
        "subprocess.run(['dd', 'if=/dev/zero', f'of={scratch}/a', 'bs=1M', 'count=12'], check=True)"
        "; time.sleep(60)",
        "os.mkdir(scratch / 'deeper'); fill('deeper/a', 12); time.sleep(60)",
    ],
    ids=["one-file", "two-files", "by-a-child", "in-a-folder"],
)
@pytest.mark.parametrize("before", ["", REFUSED], ids=["as-it-is", "without-namespaces"])
def test_given_a_worker_that_writes_more_when_it_does_then_it_fails(
    start: Start, does: str, before: str
) -> None:
    worker = start(does, before)

    with watched(worker) as peaks:
        assert worker.status() != 0

    # Who looks from outside may come late on a busy machine; the kernel does not.
    assert before or peaks.disk <= LIMITS.disk + 2 * MIB


def test_given_a_machine_with_namespaces_when_a_disk_is_full_then_the_kernel_says_so(
    start: Start,
) -> None:
    worker = start("print(held, file=sys.stderr); fill('a', 12)")

    status = worker.status()

    said = worker.process.stderr.read() if worker.process.stderr else ""
    if said.startswith("False"):
        pytest.skip("this machine lets nobody make a namespace: the warden holds disks")
    assert status == 1
    assert "No space left on device" in said


def test_given_two_workers_when_one_writes_then_the_other_s_disk_stays_empty(start: Start) -> None:
    one, other = start("fill('a', 6); time.sleep(0.3)"), start("time.sleep(0.3); fill('a', 6)")

    with watched(one, other):
        assert (one.status(), other.status()) == (0, 0)


def test_given_a_worker_that_takes_more_memory_at_once_then_it_gets_none(start: Start) -> None:
    """By the kernel: no look of the warden is needed."""
    worker = start("kept = b'x' * (300 << 20)")

    assert worker.status() == 1
    assert worker.process.stderr
    assert "MemoryError" in worker.process.stderr.read()


def test_given_children_that_together_take_more_when_they_do_then_all_are_ended(
    start: Start,
) -> None:
    """Each alone may."""
    worker = start(
        f"children = [subprocess.Popen([sys.executable, '-c', {CHILD.format(110)!r}])"
        " for _ in range(2)]; [child.wait() for child in children]"
    )
    bystander = start("time.sleep(0.8)")

    with watched(worker, bystander):
        assert worker.status() == -signal.SIGKILL
        assert bystander.status() == 0

    assert worker.why
    assert "bytes of memory" in worker.why
    assert bystander.why is None
    until = time.monotonic() + PATIENCE_S
    while _members(worker.pid):
        assert time.monotonic() < until, "a child has outlived its worker"
        time.sleep(0.05)


def test_given_one_child_of_that_size_when_it_works_then_it_is_let_be(start: Start) -> None:
    worker = start(f"subprocess.run([sys.executable, '-c', {CHILD.format(110)!r}], check=True)")

    with watched(worker):
        assert worker.status() == 0


def _members(group: int) -> list[int]:
    """Processes of a group that still run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            _, _, rest = (folder / "stat").read_text().rpartition(") ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, _, of = rest.split()[:3]
        if int(of) == group and state != "Z":
            found.append(int(folder.name))
    return found
