"""The HlsWriter port on ffmpeg."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from functions.adapters.ffmpeg.binary import ffmpeg_path
from functions.adapters.ffmpeg.hls_commands import hls_command
from functions.adapters.ffmpeg.process import SegmentingProcess
from functions.adapters.fragments import Fragments, Run, read_fragments
from functions.domain.cutting.job import StopRequested
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.hls.rendition import HlsFile, HlsJob, HlsPiece, HlsWindow, piece_name

_COPIED = 1 << 24
# The stated length of a file may be a guess.
_END_ROOM = 2_000


class FfmpegHlsWriter:
    def write(self, job: HlsJob, stop: StopRequested) -> Iterator[HlsFile]:
        """All pieces of a window, in order."""

        def command(list_fd: int, progress_fd: int) -> list[str]:
            return [ffmpeg_path(), *hls_command(job, list_fd=list_fd, progress_fd=progress_fd)]

        window, made, last = job.window, 0, None
        ahead = 1 if window.early else 0
        with SegmentingProcess(command, job, stop) as process:
            for line in _whole(process, job):
                path = job.folder / line.partition(",")[0]
                if ahead:
                    ahead -= 1
                    path.unlink()
                    continue
                file = _piece(job, path, window.number + made)
                process.hand_over(file.path)
                made, last = made + 1, file.piece
                _require_join(window, made, job.plan.clock, file.piece)
                yield file
                if made == window.count:
                    break
            if process.stopped:
                raise _too_slow(job)
        _require_all(job, made, last)


def _whole(process: SegmentingProcess, job: HlsJob) -> Iterator[str]:
    """A file is whole when the next one has been begun; the last, when ffmpeg has ended well."""
    held: str | None = None
    for line in process.lines():
        if held is not None:
            yield held
        held = line
    if process.stopped:
        return
    process.require_success()
    if held is not None:
        yield held
    if process.broke_off and job.window.until is None:
        raise UnavailableError("cut.read_failed", "The source broke off; trying again.")


def _too_slow(job: HlsJob) -> MediaError | UnavailableError:
    if not job.plan.one_pass:
        return UnavailableError("cut.too_slow", "The source was read too slowly; trying again.")
    return MediaError(
        "hls.too_large",
        "This video takes longer to read through than is allowed at once. Save it as MP4, which "
        "can be entered anywhere.",
    )


def _require_join(window: HlsWindow, made: int, clock: int, piece: HlsPiece) -> None:
    """A window that was entered in another place would leave a gap, or write something twice.

    Where pictures are shown in another order than they come in, an index tells only about when.
    """
    if made > 1 or not window.early:
        return
    if abs(piece.opens - clock - window.opens) > window.opens - window.aims[0]:
        raise MediaError(
            "hls.index", "This video's index is not right; save it again as MP4 and upload that."
        )


def _require_all(job: HlsJob, made: int, last: HlsPiece | None) -> None:
    plan, window = job.plan, job.window
    end = plan.duration + plan.clock - max(_END_ROOM, plan.duration // 20)
    shown = last.until + last.opens - last.decoded if last else 0
    if made < window.count or (window.until is None and shown < end):
        raise UnavailableError("cut.short_read", "The source could not be read to its end.")


def _piece(job: HlsJob, path: Path, number: int) -> HlsFile:
    """Take the header off and measure what is left."""
    found = read_fragments(path)
    name = f"init-{hashlib.sha256(found.header).hexdigest()[:16]}.mp4"
    header, target = job.folder / name, path.with_name(piece_name(number))
    if not header.exists():
        header.write_bytes(found.header)
    _copy_from(path, len(found.header), target)
    path.unlink()
    return HlsFile(piece=_measured(found, number, name), path=target, header=header)


def _copy_from(path: Path, start: int, target: Path) -> None:
    """Within the kernel: the bytes are none of ours."""
    with path.open("rb") as source, target.open("wb") as copy:
        while sent := os.sendfile(copy.fileno(), source.fileno(), start, _COPIED):
            start += sent


def _measured(found: Fragments, number: int, header: str) -> HlsPiece:
    """Sound ends where its picture does, which is decoded a little before it is shown."""
    shown = found.of(b"vide") or found.runs[0]
    delay = _time(shown, shown.opened - shown.begin)
    return HlsPiece(
        number=number,
        header=header,
        begins=min(_time(run, run.begin) for run in found.runs),
        decoded=_time(shown, shown.begin),
        opens=_time(shown, shown.opened),
        until=max(_time(run, run.end) - (0 if run is shown else delay) for run in found.runs),
        leans=shown.shown < shown.opened,
    )


def _time(run: Run, ticks: int) -> int:
    return round(ticks * 1000 / run.scale)
