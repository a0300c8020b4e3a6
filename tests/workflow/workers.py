"""The processes in which the local cloud runs functions, to be killed."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from tests.support.cloud import Cloud

HANDLERS = "functions.handlers"


def workers(cloud: Cloud, handler: str) -> list[int]:
    """Processes of one of our functions, in this cloud and no other."""
    wanted = {
        f"_HANDLER={HANDLERS}.{handler}.lambda_handler",
        f"AWS_ENDPOINT_URL={cloud.outputs.aws_endpoint_url}",
    }
    return [
        pid
        for pid in _pids()
        if wanted <= set(_read(pid, "environ")) and "awslambdaric" in _read(pid, "cmdline")
    ]


def cutting(cloud: Cloud, video_id: str) -> list[int]:
    """The processes that cut this video."""
    return reading(cloud, video_id, "cut_window")


def reading(cloud: Cloud, video_id: str, handler: str) -> list[int]:
    """The processes of a function whose ffmpeg reads this video's source."""
    parents = {
        _parent(pid)
        for pid in _pids()
        if any(video_id in word and word.startswith("http") for word in _read(pid, "cmdline"))
    }
    return [pid for pid in workers(cloud, handler) if pid in parents]


def kill(pids: list[int]) -> None:
    """At once, as a machine that fails does; those that are gone by now are fine."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _pids() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]


def _read(pid: int, name: str) -> list[str]:
    """Words of a process's file; none of one that is gone or another's."""
    try:
        return (Path("/proc") / str(pid) / name).read_text(errors="replace").split("\0")
    except OSError:
        return []


def _parent(pid: int) -> int:
    words = _read(pid, "stat")
    return int(words[0].rpartition(") ")[2].split()[1]) if words else 0
