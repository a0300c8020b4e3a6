"""The SpeechExtractor port on ffmpeg: one pass over the sound, and nothing of the picture."""

from __future__ import annotations

import re
from typing import Final

from functions.adapters.ffmpeg.analysis.process import EmptyStreamsError, run_through
from functions.adapters.ffmpeg.commands import QUIET, opened_as
from functions.adapters.ffmpeg.run import StoppedError
from functions.domain.cutting.job import StopRequested
from functions.domain.errors import MediaError
from functions.domain.transcripts.ports import SpeechJob

RATE: Final = 16_000
SILENT_DB: Final = -70.0
"""Peaks below are the noise of sixteen bits; the faintest speech is far above."""
_PEAK: Final = re.compile(rb"Peak_level=(\S+)")
# The highest peak up to now, told each ten seconds; the encoder takes less at once.
_METER: Final = (
    f"asetnsamples=n={10 * RATE}:p=0,"
    "astats=metadata=1:reset=0:measure_perchannel=none:measure_overall=Peak_level,"
    "ametadata=print:key=lavfi.astats.Overall.Peak_level:file=-,asetnsamples=n=4096:p=0"
)


class FfmpegSpeechExtractor:
    def extract(self, job: SpeechJob, stop: StopRequested) -> bool:
        told = bytearray()
        try:
            run_through(extract_command(job), folder=job.target.parent, stop=stop, take=told.extend)
        except EmptyStreamsError:
            return False
        except StoppedError as error:
            raise MediaError(
                "transcript.too_long",
                "This video takes longer to listen to than is allowed at once; save it again as "
                "MP4, which can be listened to in pieces.",
            ) from error
        except MediaError as error:
            raise MediaError(
                "transcript.undecodable",
                "The sound of this file cannot be decoded; save it again as MP4 and upload that.",
            ) from error
        peaks = _PEAK.findall(bytes(told))
        return bool(peaks) and float(peaks[-1]) > SILENT_DB


def extract_command(job: SpeechJob) -> list[str]:
    """Without `-copyts`, times count from where reading was asked to begin."""
    length = None if job.end is None else (job.end - job.start) / 1000
    seek, trim = list[str](), ""
    if job.enterable or job.start == 0:
        seek += ["-ss", f"{job.start / 1000:.3f}"] if job.start else []
        seek += [] if length is None else ["-t", f"{length:.3f}"]
    else:
        until = "" if job.end is None else f":end={job.end / 1000:.3f}"
        trim = f"atrim=start={job.start / 1000:.3f}{until},asetpts=PTS-STARTPTS,"
    # Gaps are filled, and what begins late is begun with silence: a sample's place is its time.
    filters = (
        f"aresample={RATE}:async=1:first_pts=0,{trim}"
        f"aformat=sample_fmts=s16:channel_layouts=mono,{_METER}"
    )
    return [
        *QUIET, *opened_as(job.source_url, job.container), *seek, "-i", job.source_url,
        "-map", f"0:{job.audio_index}", "-vn", "-sn", "-dn", "-af", filters,
        "-map_metadata", "-1", "-c:a", "flac", "-f", "flac", str(job.target),
    ]  # fmt: skip
