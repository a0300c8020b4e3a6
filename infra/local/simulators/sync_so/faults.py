"""What is to go wrong, each as often as it was asked for, and what the service is set to.

A fault is for one door (`on`): a request's (`create`, `get`, `list`, `result`, …), that of the work
(`work`) or that of the webhooks (`webhook`).
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

DOORS: Final = (
    "create", "get", "list", "result", "delete", "estimate", "download", "work", "webhook",
)  # fmt: skip
REQUEST_KINDS: Final = (
    "slow", "status", "dropped", "dropped_after", "garbage", "garbage_after", "huge", "html",
    "outcome_unknown", "outcome_unknown_after", "expired", "truncated",
)  # fmt: skip
WORK_KINDS: Final = (
    "slow", "stuck", "failed", "rejected", "silent_output", "short_output", "broken_output",
)  # fmt: skip
EARLY: Final = ("early",)
ENDING: Final = ("lost", "duplicate", "forged", "stale", "lying", "late", "unexplained")
HOOK_KINDS: Final = (*EARLY, *ENDING)


@dataclass
class Fault:
    """`match` is part of a generation's id, file name or key; `seconds` is for what is slow,
    `status` and `code` are those of an answer or an end, `count` is how many duplicates."""

    on: str
    kind: str
    times: int = 1
    match: str = ""
    seconds: float = 0.0
    status: int = 500
    code: str | None = None
    message: str | None = None
    retry_after: float | None = None
    told: bool = False
    count: int = 1

    def __post_init__(self) -> None:
        kinds = {"work": WORK_KINDS, "webhook": HOOK_KINDS}.get(self.on, REQUEST_KINDS)
        if self.on not in DOORS or self.kind not in kinds:
            raise ValueError(f"there is no fault {self.kind} on {self.on}")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`concurrency` and the rates are an organisation's; `work_seconds` is what each generation
    takes at least. `checked` is when it is found that a file cannot be read: at `create`, or in the
    `work`. `error_field` is how the code of a failed one is spelt; `nulls` has absent fields told
    as null."""

    concurrency: int = 3
    creates_per_minute: int = 600
    reads_per_minute: int = 60_000
    work_seconds: float = 0.0
    result_seconds: float = 3_600.0
    checked: str = "create"
    error_field: str = "errorCode"
    nulls: bool = False
    max_audio_seconds: float = 300.0
    max_video_seconds: float = 1_800.0
    max_bytes: int = 5 * 1024**3
    form_bytes: int = 20 * 1024**2
    usd_per_second: float = 0.05


@dataclass
class Switchboard:
    """Both, as they are now. Thread-safe."""

    settings: Settings = field(default_factory=Settings)
    _faults: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self, told: list[dict[str, Any]]) -> None:
        """Raises TypeError and ValueError for what is no fault."""
        found = [Fault(**one) for one in told]
        with self._lock:
            self._faults += found

    def set(self, told: dict[str, Any]) -> None:
        """Raises ValueError for what is no setting."""
        known = {one.name for one in fields(Settings)}
        if not told.keys() <= known:
            raise ValueError(f"settings are {', '.join(sorted(known))}")
        with self._lock:
            self.settings = replace(self.settings, **told)

    def clear(self) -> None:
        with self._lock:
            self._faults, self.settings = [], Settings()

    def take(
        self, on: str, *names: str | None, kinds: Collection[str] | None = None
    ) -> Fault | None:
        """The next fault at a door for something of these names, of these kinds or any."""
        with self._lock:
            for fault in self._faults:
                fits = any(fault.match in name for name in names if name) or not fault.match
                fits = fits and (kinds is None or fault.kind in kinds)
                if fault.on == on and fault.times > 0 and fits:
                    fault.times -= 1
                    return fault
        return None
