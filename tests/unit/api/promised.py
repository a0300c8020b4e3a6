"""What the document promises, to be held against what is answered."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from functions.handlers.api.app import app
from functions.handlers.api.openapi import build

# Told by the gateway, or by nothing that the document could name.
UNTOLD = {500}


@functools.cache
def document() -> dict[str, Any]:
    return json.loads(json.dumps(build(app)))


@functools.cache
def operations() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }


@functools.cache
def named() -> dict[str, dict[str, Any]]:
    """Operations by their names."""
    return {operation["operationId"]: operation for operation in operations().values()}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """The part itself, or what it refers to."""
    while "$ref" in part:
        found: Any = document()
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def fits(schema: dict[str, Any], value: object) -> list[str]:
    """What is wrong with a value, nothing if it is as the schema says."""
    errors = _judge(json.dumps(schema)).iter_errors(value)
    return [f"{error.json_path}: {error.message}" for error in errors]


@functools.cache
def _judge(schema: str) -> Draft202012Validator:
    whole = Resource.from_contents(document(), default_specification=DRAFT202012)
    return Draft202012Validator(
        json.loads(schema.replace('"#/', '"urn:document#/')),
        registry=Registry().with_resource("urn:document", whole),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )


def keeps(method: str, path: str, status: int, headers: dict[str, str], text: str) -> None:
    """An answer of a route is one that the document has, header by header."""
    operation = _asked(method, path)
    if operation is None or status in UNTOLD:
        return
    assert str(status) in operation["responses"], f"{operation['operationId']}: {status}"
    promised = resolved(operation["responses"][str(status)])
    named = {name.lower() for name in promised["headers"]}
    sent = headers.keys() - {"content-type"}
    assert sent <= named, f"{operation['operationId']} {status}: {sent - named}"
    assert {"etag", "location"} & named <= sent, f"{operation['operationId']} {status}"
    content = promised.get("content", {})
    kind = headers.get("content-type", "").partition(";")[0]
    # Captions of nothing are an empty text.
    assert bool(text) == bool(content) or (kind in content and "json" not in kind)
    if text:
        told = json.loads(text) if kind.endswith("json") else text
        assert fits(content[kind]["schema"], told) == []


def _asked(method: str, path: str) -> dict[str, Any] | None:
    """Paths that are written out come before those with an id."""
    for template, pattern in _patterns():
        if pattern.fullmatch(path):
            return operations().get((method, template))
    return None


@functools.cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    paths = sorted(document()["paths"], key=lambda path: path.count("{"))
    return [(path, re.compile(re.sub(r"{\w+}", "[^/]+", path))) for path in paths]
