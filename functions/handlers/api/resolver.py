"""The library's resolver, with our own way to answer and to refuse unknown parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.middlewares import BaseMiddlewareHandler
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.models import OpenAPI
from pydantic import BaseModel

from functions.domain.errors import FieldError, InvalidInputError
from functions.handlers.api.document import complete
from functions.runtime import problem

Next = Callable[[Any], Response[Any]]


class Written(BaseMiddlewareHandler[Any]):
    """Answers are models of ours, so they are written at once: the library's own way is to
    validate each a second time, turn it into plain values, and those into text."""

    def handler(self, app: Any, next_middleware: Next) -> Response[Any]:
        response = next_middleware(app)
        if isinstance(response.body, BaseModel):
            response.body = response.body.model_dump_json()
        return response


class Api(APIGatewayHttpResolver):
    def __init__(self) -> None:
        super().__init__(enable_validation=True)
        self._response_validation_middleware: Any = Written()
        self.use([_refuse_unknown])

    def get_openapi_schema(self, **arguments: Any) -> OpenAPI:
        document = super().get_openapi_schema(**arguments)
        return OpenAPI(
            **complete(document.model_dump(mode="json", by_alias=True, exclude_none=True))
        )


def allowed(app: Api, path: str) -> list[str]:
    """The methods that a path takes, none for a path that is none of ours."""
    routes = app._static_routes + app._dynamic_routes
    return sorted({route.method for route in routes if route.rule.match(path)})


def written(app: Api) -> dict[str, set[str]]:
    """The methods of each path that has no id in it."""
    methods: dict[str, set[str]] = {}
    for route in app._static_routes:
        methods.setdefault(route.path, set()).add(route.method)
    return methods


def refusal(app: Api, error: RequestValidationError) -> InvalidInputError:
    """Everything that is wrong, at once."""
    return problem.invalid([*problem.fields_of(error), *unknown(app)])


def _refuse_unknown(app: Any, next_middleware: Next) -> Response[Any]:
    wrong = unknown(app)
    if wrong:
        raise problem.invalid(wrong)
    return next_middleware(app)


def unknown(app: Any) -> list[FieldError]:
    """Query parameters that the route does not know: a misspelt filter would filter nothing."""
    known: set[str] = set()
    for field in app.context["_route"].dependant.query_params:
        kind = field.field_info.annotation
        model = isinstance(kind, type) and issubclass(kind, BaseModel)
        known |= set(kind.model_fields) if model else {field.alias}
    given = app.current_event.query_string_parameters or {}
    says = "There is no such parameter."
    return [
        FieldError(f"/{name}", "unknown_parameter", says) for name in given if name not in known
    ]
