"""The routes with no framework: a dict of functions, pydantic, and what it dumps.

Less cannot be done, so that what anything else takes beyond this is its overhead.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ValidationError

from functions.domain.errors import CutroomError
from functions.handlers.api.models import segments as models
from tests.bench.api_peers import work

Event = dict[str, Any]


def _list_segments(event: Event, _: str) -> BaseModel:
    filters = models.SegmentFilters.model_validate(event.get("queryStringParameters") or {})
    return work.list_segments(work.caller(event), filters)


def _get_segment(event: Event, segment_id: str) -> BaseModel:
    return work.get_segment(work.caller(event), segment_id)


def _edit_segment(event: Event, segment_id: str) -> BaseModel:
    body = models.EditSegment.model_validate_json(event["body"])
    return work.edit_segment(work.caller(event), segment_id, body)


_ROUTES = {
    ("GET", "/api/segments"): _list_segments,
    ("GET", "/api/segments/"): _get_segment,
    ("PATCH", "/api/segments/"): _edit_segment,
}


def lambda_handler(event: Event, _: Any) -> dict[str, Any]:
    folder, slash, thing = event["rawPath"].partition("/segments/")
    place = "/api/segments/" if slash else folder
    route = _ROUTES[event["requestContext"]["http"]["method"], place]
    try:
        return _answer(200, route(event, thing).model_dump_json(), "application/json")
    except ValidationError as error:
        return _refusal(work.invalid(error.errors()))
    except CutroomError as error:
        return _refusal(error)


def _refusal(error: CutroomError) -> dict[str, Any]:
    return _answer(error.status, json.dumps(work.problem(error)), work.PROBLEM)


def _answer(status: int, body: str, content_type: str) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": content_type},
        "body": body,
        "isBase64Encoded": False,
    }
