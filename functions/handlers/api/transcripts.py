"""/api/videos/{video_id}/transcript"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.domain.errors import FieldError, InvalidInputError, NotFoundError, TooLargeError
from functions.domain.times import utc_now
from functions.domain.transcripts.correction import with_speakers, with_words
from functions.domain.transcripts.transcript import Transcript
from functions.domain.video import Video
from functions.handlers.api.accepting import chosen_format
from functions.handlers.api.conditional import accepted, known, versioned
from functions.handlers.api.models import transcripts as models
from functions.handlers.api.models.common import MAX_SECONDS, Id
from functions.handlers.api.request import (
    answer,
    caller,
    media_store,
    new_router,
    segment_store,
    video_store,
)
from functions.handlers.api.views import transcripts as views
from functions.runtime import problem
from functions.services.ownership import own_segment, own_video
from functions.services.transcripts.correct_transcript import correct_transcript
from functions.services.transcripts.tell_transcript import Stretch, stretch_of, tell_transcript

router = new_router()
TAGS = ["transcripts"]
MAX_ANSWER = 5_900_000
"""Bytes; a function answers with six megabytes at the most, escapes and headers included."""
At = Annotated[float | None, Query(ge=0, le=MAX_SECONDS, allow_inf_nan=False)]


@router.get(
    "/api/videos/<video_id>/transcript",
    tags=TAGS,
    operation_id="getTranscript",
    summary="What is said in a video, or in one part of it: words, captions or text",
    description="`format` or `Accept` say how: JSON, SubRip, WebVTT or plain text. Of one part "
    "(`segment_id`, or `start` and `end` in seconds) times count from its start, and words that "
    "lie across an edge are cut there. Captions have two lines of 42 characters at the most, and "
    "are shown for one to seven seconds.",
)
def get_transcript(
    video_id: str,
    format: models.Format | None = None,
    segment_id: Annotated[Id | None, Query(description="The part that a segment is")] = None,
    start: At = None,
    end: At = None,
    version: Annotated[
        int | None, Query(ge=1, le=10**9, description="The latest, if not told")
    ] = None,
) -> Response[models.TranscriptAnswer]:
    kind = chosen_format(router, format)
    video = own_video(caller(router), video_store(), video_id)
    stretch = _stretch(video, segment_id, start, end)
    told = tell_transcript(media_store(), video, stretch, version)
    mark = "" if kind == "json" and stretch == Stretch() else f"-{kind}-{told.start}-{told.end}"
    tag = f'"{told.said.version}{mark}"'
    headers = {"ETag": tag, "Vary": "Accept"}
    if known(router, tag):
        return answer(None, HTTPStatus.NOT_MODIFIED, headers)
    body: Any = views.transcript(video_id, told) if kind == "json" else views.text(told, kind)
    text = body if isinstance(body, str) else body.model_dump_json()
    if len(json.dumps(text)) > MAX_ANSWER:
        says = "All of it is too large for one answer; ask for parts by start and end."
        raise TooLargeError("transcript.too_large", says)
    return Response(
        status_code=HTTPStatus.OK, content_type=views.TYPES[kind], body=text, headers=headers
    )


def _stretch(
    video: Video, segment_id: str | None, start: float | None, end: float | None
) -> Stretch:
    if segment_id is None:
        return Stretch(_milliseconds(start), _milliseconds(end))
    if start is not None or end is not None:
        says = "Give either segment_id, or start and end."
        raise problem.invalid([FieldError("/segment_id", "not_together", says)])
    segment = own_segment(caller(router), segment_store(), segment_id)
    if segment.video_id != video.video_id:
        raise NotFoundError("segment.not_found", "There is no such segment.")
    return stretch_of(segment)


def _milliseconds(value: float | None) -> int | None:
    return None if value is None else round(value * 1000)


@router.put(
    "/api/videos/<video_id>/transcript",
    tags=TAGS,
    operation_id="replaceTranscript",
    summary="Correct it: all words anew, or other names for who speaks",
    description="A new version, from which sentences and captions follow; earlier ones are kept. "
    "No later run writes over it unless that is asked for (`replace_corrections`). With "
    "`If-Match`, only at that version: 412 says that it moved on. A body may have 4 MiB.",
)
def replace(video_id: str, body: models.ReplaceTranscript) -> Response[models.TranscriptChanged]:
    def correct(video: Video, said: Transcript) -> Transcript:
        if body.words is None:
            return with_speakers(said, body.speakers or {})
        duration = video.media.duration if video.media else 0
        return with_words(said, views.words(body.words), duration)

    try:
        kept = correct_transcript(
            caller(router),
            video_id,
            correct,
            videos=video_store(),
            media=media_store(),
            now=utc_now(),
            accepted=accepted(router),
        )
    except InvalidInputError as error:
        raise problem.invalid(error.fields) from error
    return versioned(router, views.changed(video_id, kept), kept.transcript.version)
