"""First step of a lip-sync job: its files are pinned, probed, and held against the request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from functions.domain.errors import FieldError, MediaError
from functions.domain.failure import Failure
from functions.domain.lipsync.asked import Measured
from functions.domain.lipsync.attempt import InputSource
from functions.domain.lipsync.checks import wrong_places
from functions.domain.lipsync.cost import cost_of
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.rules import LipSyncRules
from functions.domain.lipsync.states import LipSyncStatus
from functions.domain.media.ports import Prober
from functions.domain.media.probe import Media
from functions.domain.media.source import Source
from functions.domain.times import Milliseconds
from functions.services.lipsync.jobs import LipSyncDesk, audio_key, change, open_job, video_key

REFUSED = Failure(
    code="lipsync.inputs_refused",
    detail="The files do not fit the request; `problems` names each place. Send a new job.",
    stage="queued",
)
_COVERS = {"mjpeg", "png"}
_WEBM = {"vp8", "vp9", "av1"}


def prepare_lipsync(desk: LipSyncDesk, prober: Prober, job_id: str) -> bool:
    """Whether it can go on; what cannot is rejected with all that is wrong. Safe to repeat."""
    job = open_job(desk.jobs, job_id)
    inputs = tuple(_inputs(desk, job))
    seen = _Seen({}, [])
    for one in inputs:
        seen.look_at(job, one, prober, desk.rules)
    video = seen.media.get(None)
    measured = Measured(
        video=video.duration if video else None,
        audios={ref: media.duration for ref, media in seen.media.items() if ref is not None},
        width=video.video.width if video and video.video else None,
        height=video.video.height if video and video.video else None,
        frame_rate=video.video.frame_rate if video and video.video else None,
        video_bytes=inputs[0].source.size,
    )
    limits = desk.rules.of(job.tier)
    wrong = (*seen.wrong, *wrong_places(job.asked, desk.rules, limits, measured))
    if wrong:
        change(desk.jobs, job_id, lambda it: _refused(it, wrong, desk))
        return False
    cost = cost_of(job.asked, desk.rules, measured)
    change(desk.jobs, job_id, lambda it: it.prepared(inputs, measured, cost, desk.clock()))
    return True


def _refused(job: LipSyncJob, wrong: tuple[FieldError, ...], desk: LipSyncDesk) -> LipSyncJob:
    if job.over:
        return job
    return job.ended(LipSyncStatus.REJECTED, REFUSED, desk.clock(), wrong)


def _inputs(desk: LipSyncDesk, job: LipSyncJob) -> Iterator[InputSource]:
    """As they are now; whatever is written over them later is not looked at. Raises MediaError for
    what is gone."""
    yield InputSource(source=_video(desk, job))
    for at, audio in enumerate(job.audios):
        if audio.file:
            found = desk.media.find(audio_key(job, at))
            if found is None:
                raise _gone(f"The audio {audio.ref_id!r}")
            yield InputSource(ref_id=audio.ref_id, source=found)


def _video(desk: LipSyncDesk, job: LipSyncJob) -> Source:
    """One that came with the job may be there before its row says so."""
    row = desk.videos.get(job.video_id)
    source = row.source if row else None
    if row is not None and source is None and job.video_file:
        source = desk.media.find(video_key(job))
    if source is None:
        raise _gone("The video")
    return source


def _gone(what: str) -> MediaError:
    return MediaError("lipsync.input_gone", f"{what} was deleted meanwhile. Send a new job.")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the files turned out to be, by name, and what is wrong with them."""

    media: dict[str | None, Media]
    wrong: list[FieldError]

    def look_at(
        self, job: LipSyncJob, one: InputSource, prober: Prober, rules: LipSyncRules
    ) -> None:
        place = _place(job, one.ref_id)
        try:
            media = prober.probe(one.source).media
        except MediaError as error:
            self.wrong.append(FieldError(place, error.code, error.detail))
            return
        wrong = _wrong_video(media, rules) if one.ref_id is None else _wrong_audio(media, rules)
        if wrong:
            self.wrong.append(FieldError(place, *wrong))
        else:
            self.media[one.ref_id] = media


def _place(job: LipSyncJob, ref_id: str | None) -> str:
    if ref_id is None:
        return "/video" if job.video_file else "/video_id"
    return f"/audios/{[one.ref_id for one in job.audios].index(ref_id)}"


def _wrong_video(media: Media, rules: LipSyncRules) -> tuple[str, str] | None:
    if media.video is None:
        return "no_picture", "The file has no picture to lip-sync."
    names = set(media.container.split(","))
    if "webm" in names and media.video.codec not in _WEBM:
        names = {"matroska"}
    if not names & set(rules.video_formats):
        says = f"It is {media.container}; send one of: {', '.join(rules.video_formats)}."
        return "unsupported_format", says
    return None


def _wrong_audio(media: Media, rules: LipSyncRules) -> tuple[str, str] | None:
    if media.audio is None:
        return "no_sound", "The file has no sound."
    if media.video is not None and media.video.codec not in _COVERS:
        return "has_picture", "It is a video; send its sound as a file of its own."
    if not set(media.container.split(",")) & set(rules.audio_formats):
        says = f"It is {media.container}; send one of: {', '.join(rules.audio_formats)}."
        return "unsupported_format", says
    return None


def length_of(job: LipSyncJob) -> Milliseconds:
    """The video's, once it was probed."""
    return job.measured.video or 0 if job.measured else 0
