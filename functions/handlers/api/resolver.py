"""The library's resolver, with a shorter way from a request to its route and back.

Routes are declared, described, and bound to the handlers of errors as the library does it. What it
does besides for each request (chains of middlewares, copies of headers, texts for a debug log that
is off, answers validated a second time) takes longer than all that is ours: `make bench NAME=api`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter, Route
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from functions.handlers.api.arguments import Arguments
from functions.handlers.api.request import Request
from functions.runtime import problem

Answer = dict[str, Any]
Match = Callable[[str], re.Match[str] | None]


class Api(APIGatewayHttpResolver):
    def __init__(self) -> None:
        super().__init__(enable_validation=True)
        self._arguments: dict[Route, Arguments] = {}

    def resolve(self, event: Mapping[str, Any], context: LambdaContext) -> Answer:
        BaseRouter.current_event = Request(dict(event))
        BaseRouter.lambda_context = context
        try:
            return self._answered(event)
        except Exception as error:
            handler = self.exception_handler_manager.lookup_exception_handler(type(error))
            if handler is None:
                raise
            return _written(handler(error))

    def _answered(self, event: Mapping[str, Any]) -> Answer:
        method, path = event["requestContext"]["http"]["method"], event["rawPath"]
        routes, named = self._found(path)
        route = routes.get(method)
        if route is None:
            return _written(problem.wrong_method(sorted(routes)))
        arguments = self._arguments.get(route)
        if arguments is None:
            arguments = self._arguments[route] = Arguments(route)
        return _written(route.func(**arguments.read(event, named)), route.status_code)

    def _found(self, path: str) -> tuple[Mapping[str, Route], dict[str, str]]:
        """The routes of a path by method: a path that is written out is no id of another."""
        fixed = self._fixed.get(path)
        if fixed is not None:
            return fixed, {}
        for match, routes in self._named:
            found = match(path)
            if found:
                return routes, found.groupdict()
        raise NotFoundError

    @cached_property
    def _fixed(self) -> dict[str, dict[str, Route]]:
        return _by_path(self._static_routes)

    @cached_property
    def _named(self) -> list[tuple[Match, dict[str, Route]]]:
        paths = _by_path(self._dynamic_routes).values()
        return [(next(iter(routes.values())).rule.match, routes) for routes in paths]


def _by_path(routes: list[Route]) -> dict[str, dict[str, Route]]:
    paths: dict[str, dict[str, Route]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method] = route
    return paths


def _written(result: Any, status: int = 200) -> Answer:
    """A model as it is, or a response with a model or text; models are valid when they are made."""
    given: Mapping[str, Any] = {"Content-Type": "application/json"}
    body = result
    if isinstance(result, Response):
        status, given, body = int(result.status_code), result.headers, result.body
    return {
        "statusCode": status,
        "headers": dict(given),
        "body": body.model_dump_json() if isinstance(body, BaseModel) else body,
        "isBase64Encoded": False,
    }
