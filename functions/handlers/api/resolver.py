"""The library's resolver, with our own way to answer and to refuse unknown parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args, get_origin
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import Route
from aws_lambda_powertools.event_handler.middlewares import BaseMiddlewareHandler
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.models import OpenAPI
from pydantic import BaseModel

from functions.domain.errors import FieldError, InvalidInputError
from functions.handlers.api.body import Read
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
        self._request_validation_middleware = Read()  # type: ignore[no-untyped-call]
        self._response_validation_middleware: Any = Written()
        self.use([_refuse_misplaced])
        self._parameters: dict[Route, Mapping[str, bool]] = {}

    def parameters(self, route: Route) -> Mapping[str, bool] | None:
        """The query parameters of a route of ours, and whether each takes many values; None for
        the library's own route that says 404."""
        if route not in self._parameters:
            if route not in [*self._static_routes, *self._dynamic_routes]:
                return None
            self._parameters[route] = dict(_parameters(route))
        return self._parameters[route]

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
    wrong = [_ungrouped(app, field) for field in problem.fields_of(error)]
    return problem.invalid([*wrong, *_misplaced(app)])


def _ungrouped(app: Api, wrong: FieldError) -> FieldError:
    """A model of parameters is nothing that a client knows of: they are named one by one."""
    for field in app.context["_route"].dependant.query_params:
        if _model(field):
            return replace(wrong, pointer=wrong.pointer.removeprefix(f"/{field.alias}"))
    return wrong


def _refuse_misplaced(app: Any, next_middleware: Next) -> Response[Any]:
    wrong = _misplaced(app)
    if wrong:
        raise problem.invalid(wrong)
    return next_middleware(app)


def _misplaced(app: Any) -> list[FieldError]:
    """Query parameters that the route does not know, since a misspelt filter would filter
    nothing, and those that are there twice, of which one would be passed over."""
    given = app.current_event.query_string_parameters
    known = app.parameters(app.context["_route"]) if given else None
    if known is None:
        return []
    wrong = [
        FieldError(problem.pointer([name]), "unknown_parameter", "There is no such parameter.")
        for name in given
        if name not in known
    ]
    names = Counter(name for name, _ in parse_qsl(app.current_event.raw_query_string, True))
    wrong += [
        FieldError(problem.pointer([name]), "repeated_parameter", "This parameter has one value.")
        for name, times in names.items()
        if times > 1 and known.get(name) is False
    ]
    return wrong


def _parameters(route: Route) -> Iterator[tuple[str, bool]]:
    for field in route.dependant.query_params:
        model = _model(field)
        if model is None:
            yield field.alias, _many(field.field_info.annotation)
        else:
            for name, info in model.model_fields.items():
                yield name, _many(info.annotation)


def _model(field: Any) -> type[BaseModel] | None:
    kind = field.field_info.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _many(annotation: Any) -> bool:
    return any(get_origin(kind) is list for kind in (annotation, *get_args(annotation)))
