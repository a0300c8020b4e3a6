"""/api/social/sync: looks at the caller's posts on demand."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from functions import bootstrap_social
from functions.domain.platforms.demands import Demand
from functions.handlers.api.models import social_syncs as models
from functions.handlers.api.request import answer, caller, new_router, settings
from functions.services.posts.ask_for_sync import ask_for_sync, own_demand

router = new_router()
TAGS = ["social"]


@router.post(
    "/api/social/sync",
    tags=TAGS,
    operation_id="createSocialSync",
    status_code=202,
    summary="Look at all of your posts now",
    description=(
        "The schedule looks at them anyway, by their age. Each user may ask for so many calls to "
        "platforms in an hour, by tier: 429 says when there are more. Posts that were looked at in "
        "the last five minutes, on X today, are left out."
    ),
)
def sync() -> Response[models.SyncAnswer]:
    work = bootstrap_social.demand_work(settings)
    demand = ask_for_sync(
        caller(router),
        work,
        bootstrap_social.demand_runs(settings.sync_machine_arn),
        an_hour=settings.sync_calls[caller(router).tier],
        segment_id=None,
    )
    place = {"Location": sync_url(demand)}
    return answer(_view(demand, work.clock()), HTTPStatus.ACCEPTED, place)


@router.get(
    "/api/social/syncs/<sync_id>",
    tags=TAGS,
    operation_id="getSocialSync",
    summary="How far a look at posts is",
    description="It can be asked for during seven days.",
)
def get_sync(sync_id: str) -> models.SyncAnswer:
    work = bootstrap_social.demand_work(settings)
    return _view(own_demand(caller(router), work.demands, sync_id), work.clock())


def sync_url(demand: Demand) -> str:
    return f"/api/social/syncs/{demand.sync_id}"


def _view(demand: Demand, now: datetime) -> models.SyncAnswer:
    return models.SyncAnswer(
        sync_id=demand.sync_id,
        state=demand.state(now),
        asked_at=demand.asked_at,
        posts=demand.posts,
        read=demand.count("read"),
        missed=demand.count("missed"),
        failed=demand.count("failed"),
        waiting=demand.count("waiting"),
        left_out=demand.left_out,
    )
