"""/api/segments/batch-…: up to 100 segments in one call, each of which stands or falls alone"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from functions.domain.segments.segment import Segment
from functions.domain.times import utc_now
from functions.handlers.api.models import segment_answers as answers
from functions.handlers.api.models import segments as models
from functions.handlers.api.request import (
    caller,
    idempotency_key,
    media_store,
    new_router,
    segment_store,
    video_store,
)
from functions.handlers.api.segment_changes import new_segment, words
from functions.runtime import problem
from functions.services.segments.batches import Outcome, each
from functions.services.segments.change_segment import delete_segment, edit_segment
from functions.services.segments.create_segment import NewSegment, create_segment, next_numbers

router = new_router()
TAGS = ["segments"]
_WORDS = frozenset({"title", "description", "tags"})
_EACH = (
    "Items are validated together: one that is not valid refuses the call, and nothing is done. "
    "After that each stands alone; `results` tells what became of it."
)


@router.post(
    "/api/segments/batch-create",
    tags=TAGS,
    operation_id="createSegments",
    summary="Create up to 100 segments",
    description=_EACH,
)
def create(body: models.CreateMany) -> answers.BatchAnswer:
    who, key, now = caller(router), idempotency_key(router), utc_now()
    wanted = [new_segment(item, f"/segments/{at}") for at, item in enumerate(body.segments)]
    numbers = next_numbers(wanted, segment_store())

    def act(at: int, item: NewSegment) -> Segment:
        return create_segment(
            who,
            item,
            segments=segment_store(),
            videos=video_store(),
            media=media_store(),
            now=now,
            # No key of a client's own has a space in it.
            key=f"{key} {at}" if key else None,
            number=numbers[at],
        )

    def status(at: int) -> HTTPStatus:
        whole = wanted[at].start is None
        return HTTPStatus.CREATED if whole else HTTPStatus.ACCEPTED

    outcomes = each(wanted, act)
    return _answer([_item(at, outcome, status(at)) for at, outcome in enumerate(outcomes)])


@router.post(
    "/api/segments/batch-update",
    tags=TAGS,
    operation_id="editSegments",
    summary="Change up to 100 segments",
    description=f"An item's `version` stands for If-Match. {_EACH}",
)
def edit(body: models.EditMany) -> answers.BatchAnswer:
    who, now = caller(router), utc_now()

    def act(_: int, item: models.EditOne) -> Segment:
        return edit_segment(
            who,
            item.segment_id,
            words(item, _WORDS & item.model_fields_set),
            segments=segment_store(),
            now=now,
            accepted=_versions(item.version),
        )

    outcomes = each(body.segments, act, lambda item: item.segment_id)
    return _answer([_item(at, outcome, HTTPStatus.OK) for at, outcome in enumerate(outcomes)])


@router.post(
    "/api/segments/batch-delete",
    tags=TAGS,
    operation_id="deleteSegments",
    summary="Delete up to 100 segments",
    description=f"An item's `version` stands for If-Match. {_EACH}",
)
def delete(body: models.DeleteMany) -> answers.BatchAnswer:
    who, now = caller(router), utc_now()

    def act(_: int, item: models.DeleteOne) -> Segment:
        return delete_segment(
            who,
            item.segment_id,
            segments=segment_store(),
            now=now,
            accepted=_versions(item.version),
        )

    outcomes = each(body.segments, act, lambda item: item.segment_id)
    return _answer([_item(at, each_, HTTPStatus.NO_CONTENT) for at, each_ in enumerate(outcomes)])


def _versions(version: int | None) -> frozenset[int] | None:
    return None if version is None else frozenset({version})


def _item(at: int, outcome: Outcome[Segment], status: HTTPStatus) -> answers.BatchItem:
    if outcome.error is not None:
        error = problem.details(outcome.error)
        return answers.BatchItem(index=at, status=outcome.error.status, error=error)
    segment = outcome.result
    assert segment is not None  # noqa: S101  (no error means a result)
    return answers.BatchItem(
        index=at, status=status, segment_id=segment.segment_id, version=segment.version
    )


def _answer(results: Sequence[answers.BatchItem]) -> answers.BatchAnswer:
    failed = sum(item.error is not None for item in results)
    return answers.BatchAnswer(
        succeeded=len(results) - failed, failed=failed, results=list(results)
    )
