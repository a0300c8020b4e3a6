"""What the services need of objects and of media tools (see `domain/ports.py` for the rest)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from functions.domain.cutting.job import CutFile, CutJob, Inspection, Progress, StopRequested
from functions.domain.cutting.plan import Chunk, Plan
from functions.domain.media.probe import KeyframeIndex, Probe
from functions.domain.media.reach import Reach
from functions.domain.media.source import Source
from functions.domain.media.weights import Weights
from functions.domain.times import Milliseconds


@dataclass(frozen=True, slots=True)
class Part:
    """A part that arrived, of a multipart upload."""

    number: int
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """What is stored under a key, as it was seen."""

    key: str
    version_id: str


class MediaStore(Protocol):
    def find(self, key: str) -> Source | None:
        """The object's current version, None if absent."""

    def start_multipart(self, key: str, content_type: str, metadata: Mapping[str, str]) -> str:
        """Begin a multipart upload and return its id."""

    def put_part(self, key: str, upload_id: str, number: int, body: bytes) -> str:
        """Store one part; returns its ETag."""

    def open_multiparts(self, key: str) -> list[str]:
        """Ids of the multipart uploads to just this key that are not over."""

    def parts(self, key: str, upload_id: str) -> list[Part] | None:
        """The parts that arrived, None if the upload is over."""

    def complete_multipart(self, key: str, upload_id: str, parts: Sequence[Part]) -> None:
        """Join the parts."""

    def abort_multipart(self, key: str, upload_id: str) -> None:
        """Give the upload up; fine if it is over."""

    def sign_part(self, key: str, upload_id: str, number: int, seconds: int) -> str:
        """A URL to PUT one part to."""

    def sign_put(
        self, key: str, *, size: int, content_type: str, metadata: Mapping[str, str], seconds: int
    ) -> str:
        """A URL to PUT the whole object to; it takes these bytes' count only."""

    def sign_get(self, source: Source, seconds: int) -> str:
        """A URL to read an object by ranges."""

    def sign_download(
        self,
        key: str,
        *,
        file_name: str,
        content_type: str,
        seconds: int,
        version_id: str | None = None,
    ) -> str:
        """A URL that a browser saves under `file_name`."""

    def read_json(self, key: str) -> Any:
        """A JSON document of ours."""

    def write_json(self, key: str, document: Any) -> None:
        """Store a JSON document."""

    def upload(self, path: Path, key: str, content_type: str) -> None:
        """Store a file."""

    def download(self, key: str, path: Path) -> None:
        """Fetch an object of ours into a file."""

    def copy(self, from_key: str, to_key: str) -> None:
        """Copy one of our own small objects."""

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; absent ones are fine."""

    def stored(self, folder: str) -> list[StoredVersion]:
        """The current versions of all objects whose keys begin so."""

    def remove(self, versions: Sequence[StoredVersion]) -> None:
        """Remove just these versions; fine if they are gone."""

    def erase_version(self, source: Source) -> None:
        """Remove one version of an object for good; fine if it is gone."""

    def erase(self, key: str) -> None:
        """Remove an object with all its versions; fine if it is gone."""

    def erase_folder(self, folder: str) -> None:
        """The same of every object in a folder, which is named without the last `/`."""


class Prober(Protocol):
    def probe(self, source: Source) -> Probe:
        """Read what the file is. Raises MediaError when it is no video we can use."""

    def keyframes_after(self, source: Source, times: Sequence[Milliseconds]) -> KeyframeIndex:
        """For each time, the first keyframe at or after it."""

    def reach(
        self, source: Source, probe: Probe, begin: Milliseconds, end: Milliseconds
    ) -> Reach | None:
        """Where in the file lies what is shown between two times; None where nothing tells."""

    def weigh(self, source: Source, probe: Probe) -> Weights:
        """How many bytes lie before the keyframes: from an index where there is one."""


class Cutter(Protocol):
    def cut(self, job: CutJob, progress: Progress, stop: StopRequested) -> Iterator[CutFile]:
        """Yield each file as it is finished. Raises MediaError or UnavailableError."""

    def encode_chunk(self, job: CutJob, chunk: Chunk, stop: StopRequested) -> Path | None:
        """The picture alone of a stretch of the job's one segment, an empty file where there is
        none; None when `stop` says so."""

    def join_chunks(
        self, job: CutJob, chunks: Sequence[Path], stop: StopRequested
    ) -> CutFile | None:
        """The job's one segment out of all its chunks, which are used up, and of one pass over
        its sound; None when `stop` says so."""

    def inspect(self, path: Path, plan: Plan) -> Inspection:
        """Count, measure and take thumbnail and sound out of a produced file."""

    def join_audio(self, pieces: Sequence[Path], target: Path, plan: Plan) -> Milliseconds:
        """Put pieces of sound together without touching a packet; returns the length."""

    def take_audio(
        self, source_url: str, target: Path, plan: Plan, stop: StopRequested
    ) -> Milliseconds:
        """Copy a source's sound into a file; returns the length. Raises UnavailableError when
        `stop` says so."""
