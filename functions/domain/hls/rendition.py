"""A video as HTTP Live Streaming: its pieces, and the playlist that names them (RFC 8216).

Pieces are fragmented MP4, which holds HEVC, AV1 and VP9 as well as H.264. A piece's header is an
object of its own, which all pieces of one encoding share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from functions.domain.times import Milliseconds

CONTENT_TYPE: Final = "video/mp4"
PLAYLIST_TYPE: Final = "application/vnd.apple.mpegurl"
# Less than a player would notice.
_BARELY: Final[Milliseconds] = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class HlsPlan:
    """What to write, and of which streams of `key`, pinned by `version_id`.

    `origin` is the source's start on its container's clock, and `clock` what the pieces' clock
    shows then: late enough that nothing comes before zero. `one_pass`: the source is read through,
    by one window, which cuts at the first keyframe after each `length`. `sound_rate`: the sound is
    encoded, to so many samples a second; None where it is copied.
    """

    hls_id: str
    key: str
    version_id: str | None = None
    container: str
    duration: Milliseconds
    origin: Milliseconds
    clock: Milliseconds
    length: Milliseconds
    one_pass: bool
    windows: tuple[HlsWindow, ...]
    video_index: int | None = None
    audio_index: int | None = None
    video_codec: str | None = None
    sound_rate: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HlsWindow:
    """What one function writes: `count` pieces from `number` on; 0 where only the end tells.

    Reading begins at the keyframe `enter`, to which any time from it up to `seek` leads. `aims`
    each lie between a keyframe that opens a piece and the one before; where `early` is set, the
    first of them opens the window and what comes before it is thrown away. Reading ends soon after
    `until`. `opens` is the first piece's keyframe.
    """

    index: int
    number: int
    count: int
    enter: Milliseconds
    seek: float
    aims: tuple[float, ...]
    opens: Milliseconds
    early: bool = False
    until: Milliseconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HlsJob:
    """One window of a plan; files are written under `folder`, where at most `disk_budget` bytes of
    finished ones wait."""

    source_url: str
    plan: HlsPlan
    window: HlsWindow
    folder: Path
    disk_budget: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HlsPiece:
    """One piece as it is kept: its number, the name of its header, and times on the clock of all
    pieces. `opens` is when its keyframe is shown and `decoded` when it is decoded; `begins` and
    `until` enclose all its samples. `leans`: pictures before the keyframe may need those of the
    piece before."""

    number: int
    header: str
    begins: Milliseconds
    decoded: Milliseconds
    opens: Milliseconds
    until: Milliseconds
    leans: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HlsFile:
    """A piece that was written; whoever receives it removes it. `header` is a file, too, whose
    name tells headers apart."""

    piece: HlsPiece
    path: Path
    header: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class HlsWindowPieces:
    """What a window has written: the last of it is written last."""

    index: int
    pieces: tuple[HlsPiece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HlsEntry:
    """A piece of a finished rendition, and how long it is."""

    name: str
    header: str
    duration: Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class HlsIndex:
    """What is kept of a finished rendition beside its pieces, in `folder`.

    `independent`: each piece can be shown without the one before. `hidden`: how long the pictures
    before the source's start are, which an edit list hides there.
    """

    folder: str
    entries: tuple[HlsEntry, ...]
    independent: bool
    hidden: Milliseconds = 0

    @property
    def duration(self) -> Milliseconds:
        return sum(entry.duration for entry in self.entries)


def piece_name(number: int) -> str:
    return f"{number:06d}.m4s"


def make_index(plan: HlsPlan, folder: str, windows: Iterable[HlsWindowPieces]) -> HlsIndex:
    """Put what all windows have written in order."""
    pieces = [piece for window in windows for piece in window.pieces]
    lengths = _lengths(pieces)
    first = pieces[0]
    return HlsIndex(
        folder=folder,
        entries=tuple(
            HlsEntry(name=piece_name(piece.number), header=piece.header, duration=length)
            for piece, length in zip(pieces, lengths, strict=True)
        ),
        independent=not any(piece.leans for piece in pieces),
        hidden=max(0, plan.clock - first.opens) if plan.video_index is not None else 0,
    )


def _lengths(pieces: Sequence[HlsPiece]) -> list[Milliseconds]:
    """From each piece's keyframe to the next one's, so that no rounding adds up; by the times of
    decoding, in the order of which players read on."""
    starts = [pieces[0].begins, *(piece.decoded for piece in pieces[1:])]
    return [max(1, after - at) for at, after in pairwise([*starts, pieces[-1].until])]


def playlist(index: HlsIndex, address: Callable[[str], str]) -> str:
    """The media playlist; `address` makes the URL of a name."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{_target(index)}",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PLAYLIST-TYPE:VOD",
    ]
    if index.independent:
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    if index.hidden >= _BARELY:
        lines.append(f"#EXT-X-START:TIME-OFFSET={index.hidden / 1000:.3f},PRECISE=YES")
    header = ""
    for entry in index.entries:
        if entry.header != header:
            lines += ["#EXT-X-DISCONTINUITY"] if header else []
            lines.append(f'#EXT-X-MAP:URI="{address(entry.header)}"')
            header = entry.header
        lines += [f"#EXTINF:{entry.duration / 1000:.3f},", address(entry.name)]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def _target(index: HlsIndex) -> int:
    """No piece is longer, in whole seconds."""
    return max(1, -(-max(entry.duration for entry in index.entries) // 1000))
