"""The provider, real or in memory, with what a test does to it behind its back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Protocol
from uuid import uuid4

from functions.adapters.sync_so.client import Patience, SyncSoClient
from functions.adapters.sync_so.provider import SyncSoProvider
from functions.domain.lipsync.generation import (
    LipSyncModel,
    RecordedVoice,
    SyncMode,
    SyncRange,
    SyncRequest,
)
from functions.domain.lipsync.ports import LipSyncProvider
from tests.contract.sync_so import Stage
from tests.fakes.lipsync_provider import FakeLipSyncProvider

QUICK = Patience(connect_s=2, answer_s=5, total_s=15, attempts=3, first_pause_s=0.01)


class Bench(Protocol):
    provider: LipSyncProvider

    def request(self, **changes: Any) -> SyncRequest: ...

    def hold(self) -> None:
        """Generations go on until they are let go."""

    def let_go(self, generation_id: str) -> None: ...

    def slots(self, count: int) -> None: ...

    def lose_answer(self) -> None:
        """The next generation is made, and nobody hears of it."""

    def end_badly(self, name: str, *, rejected: bool, code: str | None) -> None:
        """The next generation of this name."""

    def missing(self) -> str:
        """A URL that cannot be read."""


class OneKey:
    """Keys that never change."""

    def __init__(self, key: str) -> None:
        self._key = key

    def api_key(self, *, fresh: bool = False) -> str:
        return self._key


def request_of(video: str, voice: str, **changes: Any) -> SyncRequest:
    fields: dict[str, Any] = {
        "name": f"job-{uuid4().hex}",
        "model": LipSyncModel.LIPSYNC_2,
        "video_url": video,
        "voices": (RecordedVoice(ref_id="anna", url=voice),),
        "ranges": (SyncRange(start=1_000, end=2_000, ref_id="anna", crop=(0, 1_000)),),
        "sync_mode": SyncMode.SILENCE,
        **changes,
    }
    return SyncRequest(**fields)


@contextmanager
def provider_at(stage: Stage, key: str, patience: Patience = QUICK) -> Iterator[SyncSoProvider]:
    with closing(SyncSoClient(stage.url, OneKey(key), patience=patience)) as client:
        yield SyncSoProvider(client)


class RealBench:
    """Our adapter before the simulator."""

    def __init__(self, stage: Stage, provider: LipSyncProvider) -> None:
        self._stage, self.provider = stage, provider

    def request(self, **changes: Any) -> SyncRequest:
        return request_of(self._stage.file("video.mp4"), self._stage.file("anna.wav"), **changes)

    def hold(self) -> None:
        self._stage.set(work_seconds=6.0)

    def let_go(self, generation_id: str) -> None:
        """They end by themselves."""

    def slots(self, count: int) -> None:
        self._stage.set(concurrency=count)

    def lose_answer(self) -> None:
        # As often as it is tried: the same key is the same generation.
        self._stage.expect({"on": "create", "kind": "dropped_after", "times": QUICK.attempts})

    def end_badly(self, name: str, *, rejected: bool, code: str | None) -> None:
        kind = "rejected" if rejected else "failed"
        self._stage.expect({"on": "work", "kind": kind, "match": name, "code": code})

    def missing(self) -> str:
        return self._stage.file("no-such.mp4")


class FakeBench:
    """The fake, which ends what it has made when it is looked at."""

    def __init__(self) -> None:
        self._fake = _Ending()
        self.provider: LipSyncProvider = self._fake

    def request(self, **changes: Any) -> SyncRequest:
        return request_of("https://media.test/video.mp4", "https://media.test/anna.wav", **changes)

    def hold(self) -> None:
        self._fake.held = True

    def let_go(self, generation_id: str) -> None:
        self._fake.held = False

    def slots(self, count: int) -> None:
        self._fake.slots = count

    def lose_answer(self) -> None:
        self._fake.unheard = 1

    def end_badly(self, name: str, *, rejected: bool, code: str | None) -> None:
        self._fake.bad[name] = (rejected, code)

    def missing(self) -> str:
        self._fake.gone.add("https://media.test/gone.mp4")
        return "https://media.test/gone.mp4"


class _Ending(FakeLipSyncProvider):
    held = False

    def __init__(self) -> None:
        super().__init__()
        self.bad: dict[str, tuple[bool, str | None]] = {}

    def get(self, generation_ids: Any, *, wait: int = 0) -> Any:
        for one in [] if self.held else self.made():
            if one.status.over:
                continue
            rejected, code = self.bad.get(str(one.name), (None, None))
            if rejected is None:
                self.complete(one.id, f"https://results.test/{one.id}", 6_000)
            elif rejected:
                self.reject(one.id, code)
            else:
                self.fail(one.id, code)
        return super().get(generation_ids, wait=wait)
