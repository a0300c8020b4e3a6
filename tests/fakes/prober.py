"""A prober that knows the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from functions.domain.errors import MediaError
from functions.domain.media.probe import KeyframeIndex, Probe
from functions.domain.media.reach import Reach
from functions.domain.media.source import Source
from functions.domain.media.weights import Weights
from functions.domain.times import Milliseconds


@dataclass
class FakeProber:
    """`keyframes` are all there are; only `keyframes_after` tells of them."""

    answer: Probe
    keyframes: tuple[Milliseconds, ...] = ()
    error: MediaError | None = None
    weights: Weights | None = None
    place: Reach | None = None
    probed: list[Source] = field(default_factory=list)

    def probe(self, source: Source) -> Probe:
        self.probed.append(source)
        if self.error:
            raise self.error
        return self.answer

    def keyframes_after(self, source: Source, times: Sequence[Milliseconds]) -> KeyframeIndex:
        self.probed.append(source)
        later = (next((key for key in self.keyframes if key >= time), None) for time in times)
        found = tuple(key for key in later if key is not None)
        return KeyframeIndex(times=found, complete=False, seekable=False)

    def reach(
        self, source: Source, probe: Probe, begin: Milliseconds, end: Milliseconds
    ) -> Reach | None:
        self.probed.append(source)
        return self.place

    def weigh(self, source: Source, probe: Probe) -> Weights:
        self.probed.append(source)
        assert self.weights is not None
        return self.weights
