"""What a route is called with: read from the request, checked, all that is wrong told at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args, get_origin
from urllib.parse import parse_qs

from aws_lambda_powertools.event_handler.api_gateway import Route
from aws_lambda_powertools.event_handler.openapi.compat import ModelField
from pydantic import BaseModel

from functions.domain.errors import FieldError
from functions.handlers.api.body import BodyError
from functions.handlers.api.body import read as read_body
from functions.runtime import problem


class Arguments:
    """Reads the arguments of one route; what its signature says is looked up once."""

    def __init__(self, route: Route) -> None:
        signature = route.dependant
        self._path, self._body = signature.path_params, signature.body_params
        self._single = [field for field in signature.query_params if _model(field) is None]
        self._models = [field for field in signature.query_params if _model(field)]
        self._known = {field.alias: _many(field.field_info.annotation) for field in self._single}
        for model in filter(None, map(_model, self._models)):
            named = model.model_fields.items()
            self._known |= {info.alias or name: _many(info.annotation) for name, info in named}

    def read(self, event: Mapping[str, Any], path: Mapping[str, str]) -> dict[str, Any]:
        """Raises InvalidInputError naming every wrong place."""
        reading = _Reading()
        for field in self._path:
            reading.check(field, path[field.alias], problem.pointer([field.alias]))
        self._read_query(event, reading)
        for field in self._body:
            try:
                reading.check(field, read_body(event), "")
            except BodyError as error:
                reading.wrong.append(error.wrong)
        if reading.wrong:
            raise problem.invalid(reading.wrong)
        return reading.values

    def _read_query(self, event: Mapping[str, Any], reading: _Reading) -> None:
        given = self._given(event, reading)
        for field in self._single:
            if field.alias in given:
                reading.check(field, given[field.alias], problem.pointer([field.alias]))
            elif field.required:
                reading.refuse(field.alias, "missing", "Field required")
            else:
                reading.values[field.name] = field.get_default()
        for field in self._models:
            # Their fields are named one by one: of a model of them a client knows nothing.
            reading.check(field, given, "")

    def _given(self, event: Mapping[str, Any], reading: _Reading) -> dict[str, Any]:
        """A misspelt filter would filter nothing, and one of two values would be passed over."""
        given: dict[str, Any] = {}
        for name, texts in _query(event).items():
            if name not in self._known:
                reading.refuse(name, "unknown_parameter", "There is no such parameter.")
            elif self._known[name]:
                given[name] = [part for text in texts for part in text.split(",")]
            elif len(texts) > 1:
                reading.refuse(name, "repeated_parameter", "This parameter has one value.")
            else:
                given[name] = texts[0]
        return given


class _Reading:
    """What has been read of one request, and what is wrong with it."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.wrong: list[FieldError] = []

    def check(self, field: ModelField, value: Any, place: str) -> None:
        self.values[field.name], rows = field.validate(value=value)
        self.wrong += [problem.field_of(row, place) for row in rows or ()]

    def refuse(self, name: str, code: str, says: str) -> None:
        self.wrong.append(FieldError(problem.pointer([name]), code, says))


def _query(event: Mapping[str, Any]) -> Mapping[str, list[str]]:
    """API Gateway joins by commas what is repeated; only the query itself tells them apart."""
    given: Mapping[str, str] = event.get("queryStringParameters") or {}
    if any("," in text for text in given.values()):
        return parse_qs(event["rawQueryString"], keep_blank_values=True)
    return {name: [text] for name, text in given.items()}


def _model(field: ModelField) -> type[BaseModel] | None:
    """The model of many parameters that stand as one argument."""
    kind = field.field_info.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _many(annotation: Any) -> bool:
    return any(get_origin(kind) is list for kind in (annotation, *get_args(annotation)))
