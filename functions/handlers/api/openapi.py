"""The OpenAPI document: as the library writes it from the routes, with what only we know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.api_gateway import Route
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer, Server, Tag
from pydantic import BaseModel

from functions.domain.events.kinds import DATA, schema_of
from functions.domain.hls.rendition import PLAYLIST_TYPE
from functions.handlers.api.openapi_events import PATH, TICKET, followed
from functions.handlers.api.openapi_forms import with_form
from functions.handlers.api.openapi_headers import (
    CACHE,
    ETAG,
    HEADERS,
    IF_MATCH,
    LINK,
    LOCATION,
    PARAMETERS,
    RATES,
    TABLES,
    VARY,
    Part,
    header,
)
from functions.handlers.api.openapi_problems import NAMES, PROBLEM, RESPONSES

_SAYS: Final = """\
Upload a video, get it back in segments, and see how they do where they were posted.

Errors are problem details (RFC 9457) with a stable `code`, and name all wrong places at once. Lists
are paged by an opaque `cursor`. A POST with an `Idempotency-Key` is done once. What has a version
has an `ETag`. Requests are counted by user and minute; `RateLimit` headers tell what is left. An
`X-Request-Id` that is sent comes back, else each answer has one of ours. Times within a video are
seconds, dates are in UTC, and what is null is not known."""
_TAGS: Final = {
    "uploads": "Bytes on their way in",
    "videos": "What was uploaded",
    "transcripts": "What is said in it",
    "pipeline": "What is done with a video",
    "segments": "Pieces of videos, and the posts that were made of them",
    "analytics": "How posts do: numbers, their growth, and when posts do best",
    "moments": "Stretches of what was said that are worth to stand alone",
    "clips": "Moments as files of their own",
    "lip-sync": "Voices replaced in ranges of videos, lips included",
    "social": "Your accounts on platforms",
    "events": "Being told of changes as they happen",
    "preferences": "What holds for all of your videos",
    "webhooks": "Where events are posted to",
    "system": "Is it there",
}
_UNSAID: Final = "Successful Response"
_SUCCESS: Final = {
    "200": "Done",
    "201": "Created",
    "202": "Accepted: it goes on in the background",
    "204": "Done; there is nothing to tell",
    "302": "It is there",
    "304": "The client has this version already",
    "503": "Something is down",
}
# What follows from no signature: statuses with the body of the usual one, and those of problems.
_ALSO: Final = {"createSegment": "202", "getHealth": "503", "createLipSync": "200"}
# What is only checked has no place.
_PLACELESS: Final = {("createLipSync", "200")}
# What is no JSON.
_TYPES: Final = {"getHls": (PLAYLIST_TYPE,)}
# What is had as text, too.
_TEXTS: Final = {
    "getTranscript": ("application/x-subrip", "text/vtt", "text/plain"),
    **dict.fromkeys(TABLES, ("text/csv",)),
}
_PROBLEMS: Final = {
    "createUpload": {"410"},
    "getUpload": {"409", "410"},
    "completeUpload": {"409", "410"},
    "abortUpload": {"409"},
    "startPipeline": {"404"},
    "cancelPipeline": {"404"},
    "listSegments": {"404"},
    "getBestTimes": {"404"},
    "createSegment": {"404"},
    "downloadSegment": {"409"},
    "getHls": {"409"},
    "getClipStream": {"409"},
    "getTranscript": {"406", "413"},
    **{name: {"406"} for name in TABLES},
    "createLipSync": {"403", "404", "410"},
    "retryLipSync": {"403"},
    "listPosts": {"404", "406"},
    "replayWebhookDelivery": {"410"},
}


def build(app: APIGatewayHttpResolver) -> Part:
    """The whole document, as plain values."""
    bearer = HTTPBearer(bearerFormat="JWT", description="An access token of the user pool")
    written = app.get_openapi_schema(
        title="Cutroom",
        version="0.1.0",
        description=_SAYS,
        tags=[Tag(name=name, description=says) for name, says in _TAGS.items()],
        # Relative to the document itself, so that it is right behind any host, stage and path.
        servers=[Server(url=".")],
        security_schemes={"token": bearer},
        security=[{"token": []}],
    )
    document: Part = written.model_dump(mode="json", by_alias=True, exclude_none=True)
    components = document["components"]
    routes = [*app._static_routes, *app._dynamic_routes]
    for route in filter(lambda one: one.include_in_schema, routes):
        place = document["paths"][route.openapi_path]
        method = route.method.lower()
        place[method] = _Operation(route, place[method]).complete(components["schemas"])
    unused = {model.__name__ for route in routes for model in _models(route)}
    for name in {"HTTPValidationError", "ResponseValidationError", "ValidationError", *unused}:
        components["schemas"].pop(name, None)
    components["schemas"]["Problem"] = PROBLEM
    for kind in DATA:
        components["schemas"][f"Event.{kind.value}"] = schema_of(kind)
    # A plain object as far as the library can tell.
    error = components["schemas"]["BatchItem"]["properties"]["error"]
    error["anyOf"][0] = {"$ref": "#/components/schemas/Problem"}
    return {
        **document,
        "paths": dict(sorted({**document["paths"], PATH: followed()}.items())),
        "components": {
            **components,
            "securitySchemes": {**components["securitySchemes"], "ticket": TICKET},
            "headers": HEADERS,
            "parameters": PARAMETERS,
            "responses": RESPONSES,
        },
    }


class _Operation:
    """One operation, as the library has written it."""

    def __init__(self, route: Route, written: Part) -> None:
        self._route, self._written = route, written
        self._name: str = written["operationId"]
        self._private = route.path.startswith("/api/")
        self._cached = self._name in ETAG and route.method == "GET"

    def complete(self, schemas: Part) -> Part:
        fields: Part = {}
        for model in _models(self._route):
            fields |= schemas[model.__name__]["properties"]
        written = self._written.get("parameters", [])
        asked = [{"$ref": f"#/components/parameters/{name}"} for name in self._asked()]
        body = self._written.get("requestBody")
        sent = {"requestBody": with_form(self._name, body, schemas)} if body else {}
        return {
            **self._written,
            **sent,
            "security": [{"token": []}] if self._private else [],
            "parameters": [*(_parameter(one, fields) for one in written), *asked],
            "responses": {**dict(self._answers()), **dict(self._refusals())},
        }

    def _asked(self) -> Iterator[str]:
        """Headers that the operation heeds."""
        if self._name in IF_MATCH:
            yield "IfMatch"
        if self._cached:
            yield "IfNoneMatch"
        if self._route.method == "POST":
            yield "IdempotencyKey"

    def _answers(self) -> Iterator[tuple[str, Part]]:
        written: Part = self._written["responses"]
        usual = {status: answer for status, answer in written.items() if status < "400"}
        if self._name in _ALSO:
            usual[_ALSO[self._name]] = next(iter(usual.values()))
        if self._cached:
            usual["304"] = {}
        for status, answer in sorted(usual.items()):
            empty = status in {"204", "302", "304"}
            yield (
                status,
                {
                    "description": _says(status, answer),
                    "headers": {name: header(name) for name in self._told(status)},
                    **({} if empty else {"content": self._content(answer)}),
                },
            )

    def _content(self, answer: Part) -> Part:
        text = {"schema": {"type": "string"}}
        if self._name in _TYPES:
            return dict.fromkeys(_TYPES[self._name], text)
        return {**answer["content"], **dict.fromkeys(_TEXTS.get(self._name, ()), text)}

    def _told(self, status: str) -> Iterator[str]:
        yield "X-Request-Id"
        yield from RATES if self._private else ()
        if self._name in ETAG:
            yield "ETag"
        if self._name in LOCATION and (self._name, status) not in _PLACELESS:
            yield "Location"
        if self._name in VARY:
            yield "Vary"
        if self._name in LINK:
            yield "Link"
        if self._name in CACHE:
            yield "Cache-Control"

    def _refusals(self) -> Iterator[tuple[str, Part]]:
        found = {"422", "default", *_PROBLEMS.get(self._name, ())}
        found |= {"401", "429", "503"} if self._private else set()
        found |= {"404"} if "{" in self._route.openapi_path else set()
        found |= {"413", "415"} if "requestBody" in self._written else set()
        found |= {"409", "412"} if self._name in IF_MATCH else set()
        found |= {"409"} if self._route.method == "POST" else set()
        for status in sorted(found):
            yield status, {"$ref": f"#/components/responses/{NAMES[status]}"}


def _says(status: str, written: Part) -> str:
    """The route's own words, if it has some."""
    says: str = written.get("description", _UNSAID)
    return _SUCCESS[status] if says == _UNSAID else says


def _models(route: Route) -> Iterator[type[BaseModel]]:
    """Models of query parameters: each of their fields is a parameter of its own."""
    for field in route.dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield kind


def _parameter(written: Part, fields: Part) -> Part:
    """The library knows of a model's fields only whether they are numbers or text."""
    name = written["name"]
    schema = _sent(fields[name] if name in fields else written["schema"])
    says = schema.pop("description", None)
    return {**written, **({"description": says} if says else {}), "schema": schema}


def _sent(schema: Part) -> Part:
    """A parameter that is not sent is not null: it is absent."""
    kept = {name: value for name, value in schema.items() if name not in {"title", "anyOf"}}
    for kind in schema.get("anyOf", []):
        kept |= kind if kind.get("type") != "null" else {}
    return kept
