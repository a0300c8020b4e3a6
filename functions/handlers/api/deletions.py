"""Deleting a video, and what is told of it afterwards: DELETE /api/videos/{video_id}"""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from functions import bootstrap
from functions.domain.times import utc_now
from functions.handlers.api.conditional import accepted
from functions.handlers.api.models.deletions import DeletionAnswer
from functions.handlers.api.request import (
    answer,
    caller,
    deletion_store,
    new_router,
    settings,
    video_store,
)
from functions.handlers.api.views import deletions as views
from functions.services.deletions.request_deletion import DeletionStores, request_deletion
from functions.services.ownership import own_deletion

router = new_router()
TAGS = ["videos"]


@router.delete(
    "/api/videos/<video_id>",
    tags=TAGS,
    operation_id="deleteVideo",
    status_code=202,
    summary="Delete a video with all that belongs to it",
    description=(
        "Also while its file arrives, or while it is worked on. It and all that belongs to it are "
        "gone for every reader at once; what is stored follows. The receipt tells how far it is, "
        "and stays after the video. Asked for again, the answer is the same receipt; a deletion "
        "that has failed is begun again. With `If-Match`, only at that version: 412 says that it "
        "moved on."
    ),
)
def delete(video_id: str) -> Response[DeletionAnswer]:
    stores = DeletionStores(
        videos=video_store(),
        deletions=deletion_store(),
        executions=bootstrap.executions(settings.deletion_machine_arn, "The deletion"),
    )
    deletion = request_deletion(
        caller(router),
        video_id,
        stores=stores,
        now=utc_now(),
        settle=timedelta(seconds=settings.settle_s),
        accepted=accepted(router),
    )
    place = {"Location": views.receipt_url(deletion.deletion_id)}
    return answer(views.deletion(deletion), HTTPStatus.ACCEPTED, place)


@router.get(
    "/api/deletions/<deletion_id>",
    tags=TAGS,
    operation_id="getDeletion",
    summary="The receipt of a deletion: what was deleted, and how far it is",
)
def get_deletion(deletion_id: str) -> DeletionAnswer:
    return views.deletion(own_deletion(caller(router), deletion_store(), deletion_id))
