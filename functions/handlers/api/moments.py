"""/api/videos/{video_id}/moments: finding and reading them"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions import bootstrap_moments
from functions.domain.errors import NotFoundError
from functions.domain.moments.moment import MomentOptions, MomentStatus
from functions.handlers.api.conditional import versioned
from functions.handlers.api.models import moments as models
from functions.handlers.api.request import (
    answer,
    caller,
    cursor_secret,
    moment_context,
    new_router,
    settings,
    video_store,
)
from functions.handlers.api.views import moments as views
from functions.runtime import cursor as cursors
from functions.services.moments.context import own_moment
from functions.services.moments.list_moments import (
    MomentOrder,
    MomentQuery,
    MomentVersions,
    list_moments,
)
from functions.services.moments.open_generation import Wanted, request_moments
from functions.services.ownership import is_id, own_video

router = new_router()
TAGS = ["moments"]
_Limit = Annotated[int, Query(ge=1, le=100, description="How many a page has")]
_Cursor = Annotated[str, Query(max_length=4_000, description="`next_cursor` of the page before")]


@router.post(
    "/api/videos/<video_id>/generate-moments",
    tags=TAGS,
    operation_id="generateMoments",
    status_code=202,
    summary="Look for the moments of a video that are worth to stand alone",
    description=(
        "In the background, one generation of a video at a time; `status_url` tells how it goes. "
        "Moments that were accepted, rejected or refined stay, all others are replaced. The same "
        "asked again is the same generation, and costs nothing. A video without speech has none."
    ),
)
def generate(video_id: str, body: models.GenerateMoments) -> Response[models.GenerationAnswer]:
    options = MomentOptions(
        count=body.count,
        minimum=round(body.min_length_s * 1000),
        maximum=round(body.max_length_s * 1000),
        topic=body.topic.strip() if body.topic else None,
        model=body.model or settings.models.usual,
    )
    generation = request_moments(
        moment_context(),
        bootstrap_moments.moment_runs(settings.moment_machine_arn),
        caller(router),
        video_id,
        Wanted(options=options, regenerate=body.regenerate),
    )
    place = {"Location": views.generation_url(generation)}
    return answer(views.generation(generation), HTTPStatus.ACCEPTED, place)


@router.get(
    "/api/videos/<video_id>/moments",
    tags=TAGS,
    operation_id="listMoments",
    summary="A video's moments, by time or by score",
    description="A cursor belongs to its order and its filters.",
)
def list_of_video(
    video_id: str,
    sort_by: Annotated[MomentOrder, Query(description="By score: best first")] = MomentOrder.TIME,
    status: Annotated[
        list[MomentStatus] | None, Query(description="Repeat it, or put commas between")
    ] = None,
    versions: Annotated[
        MomentVersions, Query(description="`all`: those that were refined, too")
    ] = MomentVersions.LATEST,
    limit: _Limit = 50,
    cursor: _Cursor | None = None,
) -> models.MomentList:
    who = caller(router)
    own_video(who, video_store(), video_id)
    query = MomentQuery(
        video_id=video_id, order=sort_by, statuses=tuple(status or ()), versions=versions
    )
    scope = {"list": "moments", "user": who.user_id, "query": query}
    after = cursors.verify(cursor, scope, cursor_secret())
    made = moment_context()
    page = list_moments(made, query, limit=limit, after=after)
    latest = made.generations.latest(video_id)
    return models.MomentList(
        items=[views.moment(item) for item in page.items],
        next_cursor=cursors.sign(page.next, scope, cursor_secret()),
        generation=views.generation(latest) if latest else None,
    )


@router.get(
    "/api/videos/<video_id>/moments/<moment_id>",
    tags=TAGS,
    operation_id="getMoment",
    summary="One moment, of any version",
)
def get_moment(video_id: str, moment_id: str) -> Response[models.MomentAnswer]:
    _, moment = own_moment(caller(router), moment_context(), video_id, moment_id)
    return versioned(router, views.moment(moment), moment.revision)


@router.get(
    "/api/videos/<video_id>/moment-generations",
    tags=TAGS,
    operation_id="listMomentGenerations",
    summary="What was run over a video's transcript, newest first",
)
def list_generations(
    video_id: str, limit: _Limit = 20, cursor: _Cursor | None = None
) -> models.GenerationList:
    who = caller(router)
    own_video(who, video_store(), video_id)
    scope = {"list": "moment generations", "user": who.user_id, "video": video_id}
    after = cursors.verify(cursor, scope, cursor_secret())
    page = moment_context().generations.of_video(video_id, limit=limit, after=after)
    return models.GenerationList(
        items=[views.generation(item) for item in page.items],
        next_cursor=cursors.sign(page.next, scope, cursor_secret()),
    )


@router.get(
    "/api/videos/<video_id>/moment-generations/<generation_id>",
    tags=TAGS,
    operation_id="getMomentGeneration",
    summary="How one stands, what it cost, and what came of it",
)
def get_generation(video_id: str, generation_id: str) -> models.GenerationAnswer:
    own_video(caller(router), video_store(), video_id)
    store = moment_context().generations
    known = store.get(video_id, generation_id) if is_id(generation_id) else None
    if known is None:
        raise NotFoundError("generation.not_found", "There is no such generation.")
    return views.generation(known)
