"""/api/videos/{video_id}/moments/{moment_id}: refining, judging, deleting"""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from functions import bootstrap_moments
from functions.domain.moments.ports import MomentRefiner
from functions.handlers.api.conditional import accepted, versioned
from functions.handlers.api.models import moments as models
from functions.handlers.api.request import (
    answer,
    caller,
    moment_context,
    new_router,
    segment_store,
    settings,
)
from functions.handlers.api.views import moments as views
from functions.services.moments.cut_clips import Cutting, follow_clip
from functions.services.moments.instruct_moment import Instructed
from functions.services.moments.judge_moment import Named, delete_moment, judge_moment
from functions.services.moments.refine_moment import Exactly, refine_moment
from functions.services.ownership import own_video

router = new_router()
TAGS = ["moments"]
_MATCHED = "With `If-Match`, only at that revision: 412 says that it moved on."


@router.post(
    "/api/videos/<video_id>/moments/<moment_id>/refine",
    tags=TAGS,
    operation_id="refineMoment",
    status_code=201,
    summary="A new version of a moment: by words, or by exact times",
    description=(
        "It may grow beyond the first one, which it keeps as its parent. Exact times are taken as "
        "they are, up to the video's end. An instruction goes to the model; the embedded one "
        "understands: shorter, longer, start or end earlier or later, by seconds, minutes or "
        "sentences, such as `10 seconds shorter` or `start one sentence earlier and end later`. "
        "Seconds go to the nearest pause or end of a sentence. An accepted moment stays accepted, "
        "and one whose clip was cut has a clip of the new version cut."
    ),
)
def refine(
    video_id: str, moment_id: str, body: models.RefineMoment
) -> Response[models.MomentAnswer]:
    who, made = caller(router), moment_context()
    refined = refine_moment(made, _refiner, Named(who, video_id, moment_id), _wanted(body))
    cutting = Cutting(made=made, segments=segment_store())
    moment = follow_clip(cutting, own_video(who, made.context.videos, video_id), refined)
    place = {"Location": views.moment_url(moment)}
    return versioned(router, views.moment(moment), moment.revision, HTTPStatus.CREATED, place)


def _refiner(name: str) -> MomentRefiner:
    return bootstrap_moments.moment_refiner(settings.models, name)


def _wanted(body: models.RefineMoment) -> Exactly | Instructed:
    if body.instruction is not None:
        model = body.model or settings.models.usual
        return Instructed(instruction=body.instruction.strip(), model=model)
    start, end = round((body.start or 0.0) * 1000), round((body.end or 0.0) * 1000)
    return Exactly(start=start, end=max(end, start + 1))


@router.put(
    "/api/videos/<video_id>/moments/<moment_id>/feedback",
    tags=TAGS,
    operation_id="replaceMomentFeedback",
    summary="Accept or reject a moment, or take that back",
    description=(
        "What is accepted or rejected stays when moments are generated anew, and what is said in "
        f"it moves similar ones up or down a little. {_MATCHED}"
    ),
)
def judge(video_id: str, moment_id: str, body: models.JudgeMoment) -> Response[models.MomentAnswer]:
    named = Named(caller(router), video_id, moment_id)
    moment = judge_moment(moment_context(), named, body.status, accepted(router))
    return versioned(router, views.moment(moment), moment.revision)


@router.delete(
    "/api/videos/<video_id>/moments/<moment_id>",
    tags=TAGS,
    operation_id="deleteMoment",
    status_code=204,
    summary="Delete a moment with its earlier versions",
    description=f"A later generation may find it again; reject it to be rid of it. {_MATCHED}",
)
def delete(video_id: str, moment_id: str) -> Response[None]:
    named = Named(caller(router), video_id, moment_id)
    delete_moment(moment_context(), named, accepted(router))
    return answer(None, HTTPStatus.NO_CONTENT)
