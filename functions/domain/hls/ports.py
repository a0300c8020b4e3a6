"""What HLS renditions need from outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from functions.domain.cutting.job import StopRequested
from functions.domain.hls.rendition import HlsFile, HlsJob


class HlsWriter(Protocol):
    def write(self, job: HlsJob, stop: StopRequested) -> Iterator[HlsFile]:
        """Yield each piece as it is finished. Raises MediaError where the streams cannot be
        written so or `stop` says that time is up, UnavailableError where the source cannot be read
        now."""
