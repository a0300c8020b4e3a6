"""A LipSyncProvider in memory, whose generations end when a test says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from uuid import uuid4

from functions.domain.lipsync.codes import Remedy
from functions.domain.lipsync.errors import (
    OutcomeUnknownError,
    ProviderError,
    RefusedError,
    SlotsTakenError,
    UnknownGenerationError,
)
from functions.domain.lipsync.generation import (
    GenerationStatus,
    RecordedVoice,
    SyncGeneration,
    SyncRequest,
)
from functions.domain.lipsync.ports import CostEstimate
from functions.domain.lipsync.trouble import rejection_of, trouble_of


@dataclass
class _Made:
    request: SyncRequest
    key: str
    generation: SyncGeneration


class FakeLipSyncProvider:
    """`next_errors` are raised by the next calls to submit, before anything is taken;
    `unheard` is how many are taken without the answer being heard; `gone` are URLs that cannot be
    read."""

    def __init__(self, *, slots: int = 100, clock: Callable[[], datetime] | None = None) -> None:
        self.slots = slots
        self.next_errors: list[ProviderError] = []
        self.next_read_errors: list[ProviderError] = []
        self.unheard = 0
        self.gone: set[str] = set()
        self.submitted: list[tuple[SyncRequest, str]] = []
        self._clock = clock or (lambda: datetime.now(UTC))
        self._made: dict[str, _Made] = {}

    def submit(self, request: SyncRequest, key: str) -> SyncGeneration:
        self.submitted.append((request, key))
        if self.next_errors:
            raise self.next_errors.pop(0)
        known = next((one for one in self._made.values() if one.key == key), None)
        if known is not None:
            if known.request != request:
                raise OutcomeUnknownError(trouble_of(None))
            return known.generation
        self._check(request)
        generation = SyncGeneration(
            id=str(uuid4()),
            status=GenerationStatus.PENDING,
            created_at=self._clock(),
            name=request.name,
        )
        self._made[generation.id] = _Made(request, key, generation)
        if self.unheard > 0:
            self.unheard -= 1
            raise OutcomeUnknownError(trouble_of(None))
        return generation

    def _check(self, request: SyncRequest) -> None:
        refuse_wrong(request, self.gone)
        active = sum(not one.generation.status.over for one in self._made.values())
        if active >= self.slots:
            trouble = trouble_of("concurrency_limit_reached")
            raise SlotsTakenError(trouble, retry_after=30, active=active, limit=self.slots)

    def get(
        self, generation_ids: Sequence[str], *, wait: int = 0
    ) -> Mapping[str, SyncGeneration | ProviderError]:
        return {one: self._one(one) for one in dict.fromkeys(generation_ids)}

    def _one(self, generation_id: str) -> SyncGeneration | ProviderError:
        if self.next_read_errors:
            return self.next_read_errors.pop(0)
        made = self._made.get(generation_id)
        if made is None:
            return UnknownGenerationError(trouble_of("generation_not_found"))
        return made.generation

    def find(self, request: SyncRequest, since: datetime) -> SyncGeneration | None:
        newest = reversed(list(self._made.values()))
        for one in newest:
            created = one.generation.created_at
            if one.request.name == request.name and created is not None and created >= since:
                return one.generation
        return None

    def delete(self, generation_id: str) -> bool:
        made = self._made.get(generation_id)
        if made is not None and not made.generation.status.over:
            return False
        self._made.pop(generation_id, None)
        return True

    def estimate(self, request: SyncRequest) -> CostEstimate:
        refuse_wrong(request, self.gone)
        return CostEstimate(frames=150, usd=0.3)

    def made(self) -> list[SyncGeneration]:
        """All that there are, the oldest first."""
        return [one.generation for one in self._made.values()]

    def begin(self, generation_id: str) -> None:
        self._change(generation_id, status=GenerationStatus.PROCESSING)

    def complete(self, generation_id: str, url: str, length: int) -> None:
        status = GenerationStatus.COMPLETED
        self._change(generation_id, status=status, result_url=url, result_length=length)

    def fail(self, generation_id: str, code: str | None) -> None:
        self._change(generation_id, status=GenerationStatus.FAILED, trouble=trouble_of(code))

    def reject(self, generation_id: str, code: str | None) -> None:
        self._change(generation_id, status=GenerationStatus.REJECTED, trouble=rejection_of(code))

    def _change(self, generation_id: str, **fields: object) -> None:
        made = self._made[generation_id]
        made.generation = replace(made.generation, **fields)  # type: ignore[arg-type]


def refuse_wrong(request: SyncRequest, gone: set[str]) -> None:
    """As the provider does before it takes a request."""
    ordered = sorted(request.ranges, key=lambda one: one.start)
    if any(before.end > after.start for before, after in pairwise(ordered)):
        raise RefusedError(
            trouble_of("generation_input_segments_invalid", otherwise=Remedy.GIVE_UP)
        )
    if request.video_url in gone:
        raise RefusedError(trouble_of("generation_input_video_inaccessible"))
    voices = [one.url for one in request.voices if isinstance(one, RecordedVoice)]
    if gone & set(voices):
        raise RefusedError(trouble_of("generation_input_audio_inaccessible"))
