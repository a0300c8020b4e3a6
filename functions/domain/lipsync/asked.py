"""What a user asks of a lip-sync job: a video, voices, and which range gets which."""

from __future__ import annotations

from dataclasses import dataclass, field

from functions.domain.lipsync.generation import LipSyncModel, SyncMode, SyncOptions
from functions.domain.times import Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAnnounced:
    """A file that is to be sent; `size` in bytes."""

    file_name: str
    size: int
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Text that is to be spoken by a voice of the provider's."""

    text: str
    voice_id: str
    stability: float | None = None
    similarity_boost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """A voice that ranges name by `ref_id`: a file or speech, one of them."""

    ref_id: str
    file: FileAnnounced | None = None
    speech: Speech | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentData:
    """`start` to `end` of the video get the voice `ref_id`: all of it, or from `crop_start` to
    `crop_end` of it. `options` go before those of the job."""

    start: Milliseconds
    end: Milliseconds
    ref_id: str
    crop_start: Milliseconds | None = None
    crop_end: Milliseconds | None = None
    options: SyncOptions | None = None

    @property
    def length(self) -> Milliseconds:
        return self.end - self.start

    @property
    def crop(self) -> tuple[Milliseconds, Milliseconds] | None:
        if self.crop_start is None or self.crop_end is None:
            return None
        return self.crop_start, self.crop_end


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRegion:
    """A box in parts of the picture's width and height (0 to 1), and when text is seen in it: all
    the time where no times are told."""

    x: float
    y: float
    width: float
    height: float
    start: Milliseconds | None = None
    end: Milliseconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRemoval:
    """Text that is to be covered: in these regions, and where it is found, if `detect` says so."""

    regions: tuple[TextRegion, ...] = ()
    detect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LipSyncAsked:
    """All of a request. The video is one that is there, or a file that is to be sent."""

    video_id: str | None = None
    video: FileAnnounced | None = None
    audios: tuple[Audio, ...]
    segments: tuple[SegmentData, ...]
    model: LipSyncModel = LipSyncModel.LIPSYNC_2
    sync_mode: SyncMode = SyncMode.SILENCE
    options: SyncOptions = field(default_factory=SyncOptions)
    text_removal: TextRemoval | None = None
    title: str | None = None

    @property
    def lengths(self) -> Milliseconds:
        """Of all ranges together."""
        return sum(max(0, one.length) for one in self.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What probing says of the inputs: their lengths, None where nothing was probed yet, the
    picture's size in pixels, its frames a second, the video's bytes."""

    video: Milliseconds | None = None
    audios: dict[str, Milliseconds] | None = None
    width: int | None = None
    height: int | None = None
    frame_rate: float | None = None
    video_bytes: int | None = None

    def audio(self, ref_id: str) -> Milliseconds | None:
        return (self.audios or {}).get(ref_id)
