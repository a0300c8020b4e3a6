"""What all work on moments shares: the stores, the models, and how one's own are found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from functions.domain.analyses.boundaries import Envelope
from functions.domain.errors import ConflictError, NotFoundError
from functions.domain.extras import Extra
from functions.domain.keys import moment_answer_key
from functions.domain.media.ports import MediaStore
from functions.domain.moments.lines import within
from functions.domain.moments.models import Models
from functions.domain.moments.moment import Moment
from functions.domain.moments.ports import (
    GenerationStore,
    Memory,
    MomentGenerator,
    MomentStore,
)
from functions.domain.moments.prompts import PROMPT_VERSION
from functions.domain.moments.versions import EMBEDDED_VERSION
from functions.domain.transcripts.transcript import Transcript
from functions.domain.video import Video, VideoStatus
from functions.services.analyses.left import read_result
from functions.services.ownership import Caller, is_id, own_video
from functions.services.runs.stages import Context
from functions.services.transcripts.reading import read_kept

MAX_MOMENTS = 400
"""Of one video, older versions included: they are read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentContext:
    """What work on moments works with, beside the rest of the pipeline."""

    context: Context
    moments: MomentStore
    generations: GenerationStore
    models: Models


Generators = Callable[[str, Memory], MomentGenerator]
"""Makes the generator of a model's name; what is paid for is remembered."""


def own_moment(
    caller: Caller, made: MomentContext, video_id: str, moment_id: str
) -> tuple[Video, Moment]:
    """Raises NotFoundError for absent and for foreign ones alike."""
    video = own_video(caller, made.context.videos, video_id)
    moment = made.moments.get(video_id, moment_id) if is_id(moment_id) else None
    if moment is None:
        raise NotFoundError("moment.not_found", "There is no such moment.")
    return video, moment


def require_words(video: Video) -> int:
    """The version of the transcript. Raises ConflictError where there is none, with the reason."""
    if video.transcript_key is not None:
        return video.transcript_version
    error = video.transcript_error or (video.error if video.status is VideoStatus.FAILED else None)
    if error is not None:
        says = f"There is no transcript: {error.detail}"
        raise ConflictError("transcript.failed", says)
    if not video.transcribes:
        says = "No transcript was asked for; start the pipeline with one, then ask again."
        raise ConflictError("transcript.not_asked", says)
    says = "The transcript is not made yet; ask again once it is."
    raise ConflictError("transcript.not_ready", says)


def read_words(context: Context, video: Video) -> Transcript:
    """What was said within the video. Raises ConflictError where there is no transcript."""
    return words_of(context.media, video)


def words_of(media: MediaStore, video: Video) -> Transcript:
    """The same for who has no more than the bucket."""
    require_words(video)
    kept = read_kept(media, video.transcript_key)
    if kept is None or video.media is None:
        raise ConflictError("transcript.not_ready", "The transcript is not made yet.")
    return within(kept.transcript, video.media.duration)


def has_sound(video: Video) -> bool:
    """Whether the sound's envelope was taken."""
    return Extra.SILENCE in video.analysed


def read_sound(context: Context, video: Video) -> Envelope | None:
    return read_result(context.media, video).boundaries.envelope if has_sound(video) else None


def made_by(models: Models, name: str) -> str:
    """A generator with all that makes its answers what they are. Raises KeyError for no name."""
    model = models.named(name)
    if model is None:
        return EMBEDDED_VERSION
    return f"{model.model_id} {PROMPT_VERSION} {model.temperature}"


@dataclass(frozen=True, slots=True)
class StoredMemory:
    """Answers of one generation, kept where half-way pieces are."""

    media: MediaStore
    video: Video
    generation_id: str

    def recall(self, name: str) -> Any | None:
        key = self._key(name)
        return self.media.read_json(key) if self.media.find(key) else None

    def keep(self, name: str, document: Any) -> None:
        self.media.write_json(self._key(name), document)

    def _key(self, name: str) -> str:
        place = (self.video.user_id, self.video.video_id, self.generation_id)
        return moment_answer_key(*place, name)
