"""The Cutter port on ffmpeg."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from functions.adapters.ffmpeg.binary import ffmpeg_path
from functions.adapters.ffmpeg.chunks import encode_chunk, join_chunks
from functions.adapters.ffmpeg.commands import (
    clock_of,
    cut_command,
    inspect_command,
    join_command,
    list_command,
    sound_command,
    starts_inside,
    take_command,
)
from functions.adapters.ffmpeg.encoding import sound_path
from functions.adapters.ffmpeg.exact import cut_exactly
from functions.adapters.ffmpeg.packets import PacketCount, count_packets
from functions.adapters.ffmpeg.process import SegmentingProcess
from functions.adapters.ffmpeg.relay import relayed
from functions.adapters.ffmpeg.run import StoppedError, run
from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.job import CutFile, CutJob, Inspection, Progress, StopRequested
from functions.domain.cutting.plan import Chunk, Plan, PlannedSegment
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.times import Milliseconds

_INSPECT_SECONDS = 120
_JOIN_SECONDS = 600
_END_ROOM: Milliseconds = 100


class FfmpegCutter:
    def cut(self, job: CutJob, progress: Progress, stop: StopRequested) -> Iterator[CutFile]:
        """One file per segment, in order; ends early when `stop` says so."""
        with relayed(job) as read:
            exact = read.plan.cut is not Exactness.KEYFRAME
            yield from (cut_exactly if exact else _cut_at_keyframes)(read, progress, stop)

    def encode_chunk(self, job: CutJob, chunk: Chunk, stop: StopRequested) -> Path | None:
        return encode_chunk(job, chunk, stop)

    def join_chunks(
        self, job: CutJob, chunks: Sequence[Path], stop: StopRequested
    ) -> CutFile | None:
        return join_chunks(job, chunks, stop)

    def inspect(self, path: Path, plan: Plan) -> Inspection:
        """Frames, length, a thumbnail of at most 640 pixels, the sound as it is."""
        thumbnail = path.with_suffix(".jpg") if plan.video_index is not None else None
        counts = _inspected(path, thumbnail, plan)
        picture, sound = counts.get("video"), counts.get("audio")
        shown = picture or sound
        if shown is None:
            raise MediaError("media.cannot_cut", "A segment came out empty; save the file again.")
        return Inspection(
            frame_count=picture.packets if picture else None,
            duration=shown.duration,
            thumbnail=thumbnail if thumbnail and thumbnail.exists() else None,
            audio=_sound(path, plan) if sound else None,
        )

    def join_audio(self, pieces: Sequence[Path], target: Path, plan: Plan) -> Milliseconds:
        """Concatenate; the pieces hold every packet of the source's sound once."""
        listing = target.with_suffix(".txt")
        listing.write_text("".join(f"file '{piece}'\n" for piece in pieces))
        _run(join_command(listing, target, plan), _JOIN_SECONDS)
        sound = _count(list_command(target)).get("audio")
        return sound.duration if sound else 0

    def take_audio(
        self, source_url: str, target: Path, plan: Plan, stop: StopRequested
    ) -> Milliseconds:
        """Read the whole source, keep its sound."""
        try:
            done = run(take_command(source_url, target, plan), folder=target.parent, stop=stop)
        except StoppedError as error:
            raise UnavailableError("audio.too_slow", "The sound took too long to read.") from error
        sound = _count(list_command(target)).get("audio")
        length = sound.duration if sound else 0
        if done.broke_off and length < plan.duration - _END_ROOM:
            raise UnavailableError("cut.read_failed", "The source broke off; trying again.")
        return length


def _cut_at_keyframes(job: CutJob, progress: Progress, stop: StopRequested) -> Iterator[CutFile]:
    def command(list_fd: int, progress_fd: int) -> list[str]:
        words = cut_command(job, list_fd=list_fd, progress_fd=progress_fd)
        return [ffmpeg_path(), *words]

    first = job.segments[0].cut + clock_of(job.plan)
    ahead = 1 if starts_inside(job) else 0
    with SegmentingProcess(command, job, stop) as process:
        process.follow(lambda position: progress(max(0, position - first)))
        for made, line in enumerate(_sure_lines(process, job)):
            path, start = _listed(job.folder, line)
            if made < ahead:
                path.unlink()
                continue
            segment = job.segments[made - ahead]
            process.hand_over(path)
            yield CutFile(
                segment=segment,
                path=path,
                actual_start=_actual(job, segment, start),
                cut_reason=job.plan.cut_reason,
            )
            if segment is job.segments[-1]:
                return


def _sure_lines(process: SegmentingProcess, job: CutJob) -> Iterator[str]:
    """A file is whole when the next one has been begun; the last, when ffmpeg has ended well."""
    held: str | None = None
    count = 0
    for count, line in enumerate(process.lines(), 1):  # noqa: B007  (used after the loop)
        if held is not None:
            yield held
        held = line
    if process.stopped:
        return
    process.require_success()
    if process.broke_off and not _is_all(job, count, held):
        raise UnavailableError("cut.read_failed", "The source broke off; trying again.")
    if held is not None:
        yield held


def _is_all(job: CutJob, count: int, last: str | None) -> bool:
    """Whether a connection that was lost was found again: by what ffmpeg has listed.

    In the middle of a plan one file more than wanted closes the last wanted one; at its end, that
    one must reach the source's length.
    """
    wanted = len(job.segments) + (1 if starts_inside(job) else 0)
    if job.segments[-1].number < len(job.plan.segments):
        return count > wanted
    end = float(last.split(",")[2]) * 1000 - clock_of(job.plan) if last else 0
    return count >= wanted and end >= job.plan.duration - _END_ROOM


def _inspected(path: Path, thumbnail: Path | None, plan: Plan) -> dict[str, PacketCount]:
    """An exact cut may leave a segment without a picture, where sound outlasts it."""
    try:
        return _count(inspect_command(path, thumbnail))
    except MediaError:
        if plan.cut is Exactness.KEYFRAME or "video" in (counts := _count(list_command(path))):
            raise
        return counts


def _count(command: list[str]) -> dict[str, PacketCount]:
    return count_packets(_run(command, _INSPECT_SECONDS))


def _sound(path: Path, plan: Plan) -> Path | None:
    """A segment's sound in a file beside it, where an encoding cut has left it already."""
    if plan.audio_format is None:
        return None
    target = sound_path(path, plan.audio_format.extension)
    if target.exists():
        return target
    _run(sound_command(path, target, plan), _INSPECT_SECONDS)
    return target


def _listed(folder: Path, line: str) -> tuple[Path, float]:
    """`file,start,end`: our names have no commas."""
    name, start, _ = line.split(",")
    return folder / name, float(start)


def _actual(job: CutJob, segment: PlannedSegment, start: float) -> Milliseconds:
    """The list gives the first piece no start of its own; the source's first frame opens it."""
    if segment is job.segments[0] and not starts_inside(job):
        return max(0, segment.cut)
    return max(0, round(start * 1000) - clock_of(job.plan))


def _run(command: list[str], seconds: float) -> str:
    try:
        done = subprocess.run(
            [ffmpeg_path(), *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise UnavailableError("ffmpeg.too_slow", "ffmpeg took too long.") from error
    except subprocess.CalledProcessError as error:
        if error.returncode < 0 or "No space left" in error.stderr:
            raise UnavailableError("ffmpeg.no_room", "ffmpeg ran out of memory or disk.") from error
        raise MediaError(
            "media.cannot_cut", "A segment of this file cannot be read back; save it again as MP4."
        ) from error
    return done.stdout
