"""What probing finds out about a source, without decoding it."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.times import Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """How the picture's numbers are meant, by the code points of ITU-T H.273; None is unsaid.

    `full` is whether black is 0, as in photographs, and not 16.
    """

    primaries: int | None = None
    transfer: int | None = None
    matrix: int | None = None
    full: bool | None = None

    @property
    def hdr(self) -> bool:
        """Brighter than white: PQ or HLG."""
        return self.transfer in {16, 18}


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoTrack:
    """The picture: sizes in pixels, `rotation` in degrees clockwise, frames a second.

    `pixel_aspect` is how wide a pixel is to how high, "16:15", where it is not square.
    """

    index: int
    codec: str
    coded_width: int
    coded_height: int
    width: int
    height: int
    rotation: int
    frame_rate: float | None = None
    variable_frame_rate: bool
    colour: Colour = Colour()
    bit_depth: int = 8
    interlaced: bool = False
    pixel_aspect: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrack:
    """The chosen sound; `tracks` counts all that the source carries."""

    index: int
    codec: str
    sample_rate: int
    channels: int
    tracks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A probed source: what the API shows. Times count from the source's own start."""

    container: str
    duration: Milliseconds
    video: VideoTrack | None = None
    audio: AudioTrack | None = None
    bit_rate: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyframeIndex:
    """Where the picture can be cut without re-encoding.

    `times` are presentation times from the source's start, ascending, the first frame included;
    `origin` is that start on the container's own clock. `complete` is False where the container
    has no index: then they are only the keyframes near the planned cuts. `seekable` is False where
    two passes that start in different places could order packets at a join differently: then the
    file is read in one pass from its start.
    """

    times: tuple[Milliseconds, ...]
    complete: bool
    seekable: bool
    origin: Milliseconds = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Everything the plan needs."""

    media: Media
    keyframes: KeyframeIndex
