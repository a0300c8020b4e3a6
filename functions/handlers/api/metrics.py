"""/api/social/metrics: numbers of posts that others have collected, many at once"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from functions.domain.errors import CutroomError, FieldError
from functions.domain.posts.post import METRICS
from functions.domain.times import utc_now
from functions.handlers.api.models import metrics as models
from functions.handlers.api.models.social import Count
from functions.handlers.api.request import caller, new_router, segment_store, settings
from functions.runtime import problem
from functions.services.posts.push_metrics import Pushed, PushedNumbers, push_metrics
from functions.services.segments.batches import Outcome

router = new_router()
_UNKNOWN: Final = "unknown_metric"
_COUNT: Final[TypeAdapter[int]] = TypeAdapter(Count)


@dataclass(frozen=True, slots=True)
class _Read:
    """An item as it can be kept, with the numbers of it that cannot; or what is wrong with it."""

    item: PushedNumbers | None
    refused: tuple[FieldError, ...]


@router.post(
    "/api/social/metrics",
    tags=["analytics"],
    operation_id="pushMetrics",
    summary="Tell numbers of up to 100 posts that were collected elsewhere",
    description=(
        "Each item is of a post that a segment of yours is linked to, as of `collected_at`. Items "
        "stand alone, and so do the numbers of one: what is wrong is told in the item's result and "
        "takes nothing from the others. The newest number stays whatever the order in which they "
        "come, of the same time the higher one, so that sending it all again changes nothing."
    ),
)
def push(body: models.PushMetrics) -> models.PushAnswer:
    read = [_read(at, item) for at, item in enumerate(body.items)]
    good = [(at, one.item) for at, one in enumerate(read) if one.item is not None]
    outcomes = push_metrics(
        caller(router),
        [item for _, item in good],
        segments=segment_store(),
        now=utc_now(),
        with_youtube=settings.youtube_combined,
    )
    found = {at: outcome for (at, _), outcome in zip(good, outcomes, strict=True)}
    results = [_result(at, one, found.get(at)) for at, one in enumerate(read)]
    failed = sum(one.error is not None for one in results)
    return models.PushAnswer(succeeded=len(results) - failed, failed=failed, results=results)


def _read(at: int, sent: Mapping[str, Any]) -> _Read:
    place = f"/items/{at}"
    try:
        item = models.PushedItem.model_validate(sent)
    except ValidationError as error:
        return _Read(None, tuple(_told(problem.field_of(row, place)) for row in _rows(error)))
    numbers, refused = _numbers(item.metrics, f"{place}/metrics")
    if not numbers:
        return _Read(None, tuple(refused))
    pushed = PushedNumbers(
        segment_id=item.segment_id,
        platform=item.platform,
        post_id=item.post_id,
        numbers=numbers,
        collected_at=item.collected_at,
        source=item.source,
    )
    return _Read(pushed, tuple(refused))


def _numbers(sent: Mapping[str, Any], place: str) -> tuple[dict[str, int], list[FieldError]]:
    numbers: dict[str, int] = {}
    refused: list[FieldError] = []
    for name, value in sent.items():
        if name not in METRICS:
            says = f"There is no such number; there are {', '.join(METRICS)}."
            refused.append(_told(FieldError(place + problem.pointer([name]), _UNKNOWN, says)))
            continue
        try:
            numbers[name] = _COUNT.validate_python(value)
        except ValidationError as error:
            row = _rows(error)[0]
            refused.append(problem.field_of({**row, "loc": (name,)}, place))
    return numbers, refused


def _told(field: FieldError) -> FieldError:
    """A name that is half a letter (a lone surrogate) cannot be told as it was sent."""
    return replace(field, pointer=field.pointer.encode(errors="replace").decode())


def _rows(error: ValidationError) -> Sequence[Mapping[str, Any]]:
    return error.errors(include_url=False, include_context=False, include_input=False)


def _result(at: int, read: _Read, outcome: Outcome[Pushed] | None) -> models.PushedAnswer:
    if read.item is None or outcome is None:
        return _failed(at, problem.invalid(read.refused))
    refused = [
        models.RefusedNumber(pointer=one.pointer, code=one.code, detail=one.detail)
        for one in read.refused
    ]
    if outcome.result is None:
        assert outcome.error is not None  # noqa: S101  (one of the two is there)
        return _failed(at, _placed(outcome.error, at)).model_copy(update={"refused": refused})
    return models.PushedAnswer(
        index=at,
        status=200,
        segment_id=read.item.segment_id,
        version=outcome.result.version,
        numbers=dict(outcome.result.fates),
        refused=refused,
    )


def _placed(error: CutroomError, at: int) -> CutroomError:
    """Pointers lead into the request."""
    if not error.fields:
        return error
    return problem.invalid(
        [FieldError(f"/items/{at}{one.pointer}", one.code, one.detail) for one in error.fields]
    )


def _failed(at: int, error: CutroomError) -> models.PushedAnswer:
    return models.PushedAnswer(index=at, status=error.status, error=problem.details(error))
