"""The LipSyncTools port on ffmpeg."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from functions.adapters.ffmpeg.commands import QUIET, inspect_command
from functions.adapters.ffmpeg.packets import count_packets, list_packets
from functions.adapters.ffmpeg.run import StoppedError, run
from functions.domain.cutting.job import StopRequested
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.lipsync.asked import TextRegion
from functions.domain.lipsync.job_ports import Written
from functions.domain.times import Milliseconds

# What is written anew should not be seen to be.
_PICTURE: Final = ("-c:v", "libx264", "-preset", "fast", "-crf", "16", "-pix_fmt", "yuv420p")
_PLAYABLE: Final = ("-movflags", "+faststart", "-f", "mp4")
_STILL: Final = "scale='min(1280,iw)':-2"


class FfmpegLipSyncTools:
    def cover(
        self, source: Path, regions: Sequence[TextRegion], target: Path, stop: StopRequested
    ) -> None:
        size = _size(source)
        filters = ",".join(_covering(one, size) for one in regions)
        words = [
            *QUIET, "-i", str(source), "-map", "0:v:0", "-map", "0:a?", "-vf", filters, *_PICTURE,
            "-fps_mode", "passthrough", "-enc_time_base", "1:90000", "-c:a", "copy", *_PLAYABLE,
            str(target),
        ]  # fmt: skip
        _run(words, target.parent, stop)

    def stills(self, source: Path, folder: Path, every: Milliseconds) -> list[Path]:
        filters = f"fps=1000/{every}:round=down,{_STILL}"
        words = [*QUIET, "-i", str(source), "-map", "0:v:0", "-vf", filters, "-q:v", "3"]
        _run([*words, "-f", "image2", str(folder / "still-%06d.jpg")], folder, lambda: False)
        return sorted(folder.glob("still-*.jpg"))

    def inspect(self, path: Path) -> Written:
        thumbnail = path.with_suffix(".jpg")
        text = run(inspect_command(path, thumbnail), folder=path.parent, stop=_never).text
        counts = count_packets(text)
        picture, size = counts.get("video"), list_packets(text).size
        if picture is None or size is None:
            raise MediaError("media.no_streams", "The file has no picture.")
        return Written(
            duration=picture.duration,
            frame_count=picture.packets,
            width=size[0],
            height=size[1],
            has_sound="audio" in counts,
            thumbnail=thumbnail if thumbnail.exists() else None,
        )

    def plain_video(self, source_url: str, target: Path, stop: StopRequested) -> None:
        words = [
            *QUIET, "-i", source_url, "-map", "0:v:0", "-map", "0:a:0?",
            "-vf", "scale=trunc(iw/2)*2:trunc(ih/2)*2", *_PICTURE,
            "-c:a", "aac", "-b:a", "192k", *_PLAYABLE, str(target),
        ]  # fmt: skip
        _run(words, target.parent, stop)

    def plain_audio(self, source_url: str, target: Path, stop: StopRequested) -> None:
        words = [*QUIET, "-i", source_url, "-map", "0:a:0", "-vn", "-c:a", "pcm_s16le"]
        _run([*words, "-ar", "48000", "-f", "wav", str(target)], target.parent, stop)


def _never() -> bool:
    return False


def _run(words: Sequence[str], folder: Path, stop: StopRequested) -> None:
    try:
        run(words, folder=folder, stop=stop)
    except StoppedError as error:
        raise UnavailableError("lipsync.too_slow", "This took too long; trying again.") from error


def _size(path: Path) -> tuple[int, int]:
    words = [*QUIET, "-i", str(path), "-map", "0:v:0", "-c", "copy", "-frames:v", "1"]
    size = list_packets(
        run([*words, "-f", "framecrc", "pipe:1"], folder=path.parent, stop=_never).text
    ).size
    if size is None:
        raise MediaError("media.no_streams", "The file has no picture.")
    return size


def _covering(region: TextRegion, size: tuple[int, int]) -> str:
    """Filled from its edges; the filter wants a pixel of picture on each side."""
    wide, high = size
    left = min(max(1, round(region.x * wide)), wide - 3)
    top = min(max(1, round(region.y * high)), high - 3)
    right = min(max(left + 1, round((region.x + region.width) * wide)), wide - 1)
    bottom = min(max(top + 1, round((region.y + region.height) * high)), high - 1)
    start = 0 if region.start is None else region.start
    end = "1e9" if region.end is None else f"{region.end / 1000:.3f}"
    when = f"gte(t,{start / 1000:.3f})*lt(t,{end})"
    return f"delogo=x={left}:y={top}:w={right - left}:h={bottom - top}:enable='{when}'"
