"""A run of the pipeline over handlers in processes of their own, as its state machine goes.

Every task is tried again where `infra/workflows/steps.py` says so: after a killed worker and after
`Retryable`, up to as many times; the waits between are shorter here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from functions.domain.video import Video
from infra.workflows.steps import RETRIED, TRIES
from tests.support.lambdas import Call, FailedError, call
from tests.support.limits import Limits
from tests.support.site import Site

_WAIT_SECONDS = 0.05


class Execution:
    """`calls` are those under way. `killed_at` says for a handler at which request it ends,
    `limits` what it may take; `own_disks` is whether the kernel held the disks of those that are
    over."""

    def __init__(
        self,
        site: Site,
        video: Video,
        *,
        windows_at_once: int = 2,
        killed_at: Callable[[str], int | None] = lambda _: None,
        limits: Callable[[str], Limits | None] = lambda _: None,
        tries: int = TRIES,
    ) -> None:
        self._site, self._at_once, self._killed_at = site, windows_at_once, killed_at
        self._limits, self._tries = limits, tries
        self._ids = {"video_id": video.video_id, "run_id": str(video.run_id)}
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._joins: list[int] = []
        self.retried: list[str] = []
        self.own_disks: set[bool | None] = set()

    def run(self) -> None:
        """To its end. Raises FailedError where a state machine would give up."""
        self.cut(self.plan())
        self.close()

    def plan(self) -> list[int]:
        """The windows to cut."""
        tier = self._task("claim_run")["tier"]
        self._task("probe_source", tier=tier)
        planned = self._task("plan_segments")
        self._joins = list(planned["joins"])
        return list(planned["windows"])

    def cut(self, windows: list[int]) -> None:
        with ThreadPoolExecutor(self._at_once) as pool:
            list(pool.map(self._window, windows))

    def close(self) -> None:
        with ThreadPoolExecutor(self._at_once) as pool:
            list(pool.map(lambda index: self._task("join_segment", window=index), self._joins))
        self._task("join_audio")
        self._task("finish_run")

    def calls(self) -> list[Call]:
        with self._lock:
            return [one for one in self._calls if not one.over()]

    def _window(self, index: int) -> None:
        while not self._task("cut_window", window=index)["finished"]:
            continue

    def _task(self, handler: str, **more: Any) -> Any:
        event = {**self._ids, **more}
        for left in reversed(range(self._tries + 1)):
            try:
                return self._once(handler, event)
            except FailedError as error:
                if not left or (error.name is not None and error.name not in RETRIED):
                    raise
                self.retried.append(f"{handler}: {error}")
                time.sleep(_WAIT_SECONDS)
        raise AssertionError("unreachable")

    def _once(self, handler: str, event: dict[str, Any]) -> Any:
        at = self._killed_at(handler)
        limits = self._limits(handler)
        one = call(handler, event, self._site.environment, killed_at=at, limits=limits)
        with self._lock:
            self._calls.append(one)
        try:
            return one.result()
        finally:
            with self._lock:
                self._calls.remove(one)
                self.own_disks |= {one.own_disk} - {None}
