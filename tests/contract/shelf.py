"""Generated media, each made once: on disk, in the bucket, probed, planned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from functions.adapters.pyav.prober import PyAvProber
from functions.domain.cutting.job import CutJob
from functions.domain.cutting.plan import Plan, PlannedSegment
from functions.domain.cutting.planning import make_plan
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.media.probe import Probe
from functions.domain.media.reach import Reach
from functions.domain.media.source import Source

Maker = Callable[[Path], Path]


@dataclass
class Item:
    """One file in both places, and what the prober says of it."""

    path: Path
    source: Source
    prober: PyAvProber
    _probe: list[Probe] = field(default_factory=list)

    @property
    def probe(self) -> Probe:
        if not self._probe:
            self._probe.append(self.prober.probe(self.source))
        return self._probe[0]

    def plan(self, length: int, per_window: int = 2) -> Plan:
        return make_plan(
            self.probe,
            Segmentation(length=length),
            find_keyframes=lambda times: self.prober.keyframes_after(self.source, times),
            segments_per_window=per_window,
        )

    def job(
        self,
        plan: Plan,
        segments: tuple[PlannedSegment, ...],
        folder: Path,
        *,
        disk_budget: int = 1 << 40,
        source_url: str | None = None,
        reach: Reach | None = None,
    ) -> CutJob:
        folder.mkdir(parents=True, exist_ok=True)
        return CutJob(
            source_url=source_url or str(self.path),
            plan=plan,
            segments=segments,
            skip=frozenset(),
            folder=folder,
            disk_budget=disk_budget,
            reach=reach or plan.whole_reach(self.source.size),
        )


@dataclass
class Shelf:
    s3: Any
    bucket: str
    folder: Path
    prober: PyAvProber
    _items: dict[str, Item] = field(default_factory=dict)

    def take(self, name: str, make: Maker) -> Item:
        """The file of this name, made now unless it is there."""
        if name not in self._items:
            place = self.folder / name.replace(".", "-") / name
            place.parent.mkdir()
            self._items[name] = self.put(make(place))
        return self._items[name]

    def put(self, path: Path) -> Item:
        key = f"uploads/shelf/{path.parent.name}/{path.name}"
        self.s3.upload_file(str(path), self.bucket, key)
        head = self.s3.head_object(Bucket=self.bucket, Key=key)
        source = Source(key=key, size=head["ContentLength"], etag=head["ETag"].strip('"'))
        return Item(path, source, self.prober)
