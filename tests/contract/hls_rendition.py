"""A rendition on disk: made by windows, told by its playlist, read by ffmpeg's own HLS reader."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from functions.adapters.ffmpeg.hls import FfmpegHlsWriter
from functions.domain.hls.plan import plan_hls
from functions.domain.hls.rendition import (
    HlsIndex,
    HlsJob,
    HlsPlan,
    HlsWindowPieces,
    make_index,
    playlist,
)
from tests.contract.packets import Packets, packets
from tests.contract.shelf import Item


@dataclass(frozen=True)
class Rendition:
    plan: HlsPlan
    index: HlsIndex
    folder: Path

    @property
    def playlist(self) -> Path:
        return self.folder / "index.m3u8"

    def packets(self) -> Packets:
        """All that is in the pieces, one after the other."""
        whole = self.folder / "whole.mp4"
        header = self.index.entries[0].header
        names = [header, *(entry.name for entry in self.index.entries)]
        whole.write_bytes(b"".join((self.folder / name).read_bytes() for name in names))
        return packets(whole)


def planned(item: Item, windows: int = 1) -> HlsPlan:
    """A plan of so many windows, where the source can be entered."""
    return plan_hls(item.probe, item.source, window_bytes=-(-item.source.size // windows))


def written(item: Item, plan: HlsPlan, folder: Path, source_url: str | None = None) -> Rendition:
    """Each window in a folder of its own; what it leaves is put together in one."""
    home = folder / "home"
    home.mkdir(parents=True)
    windows = [
        _window(item, plan, index, folder / str(index), home, source_url)
        for index in range(len(plan.windows))
    ]
    index = make_index(plan, "home", windows)
    (home / "index.m3u8").write_text(playlist(index, lambda name: name))
    return Rendition(plan, index, home)


def _window(
    item: Item, plan: HlsPlan, index: int, folder: Path, home: Path, source_url: str | None
) -> HlsWindowPieces:
    folder.mkdir()
    job = HlsJob(
        source_url=source_url or str(item.path),
        plan=plan,
        window=plan.windows[index],
        folder=folder,
        disk_budget=1 << 40,
    )
    files = []
    for file in FfmpegHlsWriter().write(job, lambda: False):
        file.path.rename(home / file.path.name)
        (home / file.header.name).write_bytes(file.header.read_bytes())
        files.append(file.piece)
    return HlsWindowPieces(index=index, pieces=tuple(files))


def source_packets(item: Item, plan: HlsPlan) -> Packets:
    wanted = [index for index in (plan.video_index, plan.audio_index) if index is not None]
    return packets(item.path, streams=wanted)


def rendition(item: Item, folder: Path, windows: int = 1) -> Rendition:
    return written(item, planned(item, windows), folder)
