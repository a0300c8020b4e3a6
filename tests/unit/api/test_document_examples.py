"""Examples and parameters of the document: each is as its own schema says."""

from __future__ import annotations

from typing import Any

import pytest

from functions.domain.segments.query import SortBy
from functions.handlers.api.models.segments import SegmentFilters
from tests.unit.api.client import Client
from tests.unit.api.promised import document, fits, named, operations, resolved

NAMES = named()
EVERY = pytest.mark.parametrize("name", sorted(NAMES))
BODIES = sorted(name for name in NAMES if "requestBody" in NAMES[name])


def _asked(name: str) -> dict[str, dict[str, Any]]:
    """An operation's query parameters, by name."""
    every = [resolved(parameter) for parameter in NAMES[name]["parameters"]]
    return {parameter["name"]: parameter for parameter in every if parameter["in"] == "query"}


def _schemas(part: object) -> list[str]:
    """Names of the schemas of all contents below."""
    found: list[str] = []
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "content":
                shown = [kind["schema"].get("$ref", "") for kind in value.values()]
                found += [reference.rpartition("/")[2] for reference in shown if reference]
            else:
                found += _schemas(value)
    return found


SHOWN = sorted({*_schemas(document()["paths"]), "Problem"})


@EVERY
def test_given_a_problem_when_read_then_it_has_an_example_of_its_status(name: str):
    for status, response in NAMES[name]["responses"].items():
        for kind, content in resolved(response).get("content", {}).items():
            if kind == "application/problem+json":
                assert str(content["example"]["status"]) in {status, "500"}
                assert fits(content["schema"], content["example"]) == []


@pytest.mark.parametrize("schema", SHOWN)
def test_given_a_body_or_an_answer_when_read_then_it_has_examples_that_are_as_it_says(schema: str):
    examples = document()["components"]["schemas"][schema]["examples"]

    assert examples
    for example in examples:
        assert fits({"$ref": f"#/components/schemas/{schema}"}, example) == []


@pytest.mark.parametrize("name", BODIES)
def test_given_the_example_of_a_body_when_sent_then_it_is_valid(client: Client, name: str):
    ((method, path),) = [place for place, one in operations().items() if one is NAMES[name]]
    schema = resolved(NAMES[name]["requestBody"]["content"]["application/json"]["schema"])

    for example in schema["examples"]:
        answer = client.request(method, path.replace("{segment_id}", "none"), body=example)
        assert answer.status in {200, 201, 202, 404}


def test_given_the_filters_of_a_list_when_read_then_each_is_a_parameter_of_its_own():
    asked = _asked("listSegments")

    assert asked.keys() == SegmentFilters.model_fields.keys()
    assert resolved(asked["sort_by"]["schema"])["enum"] == [by.value for by in SortBy]
    assert asked["has_social_media"]["schema"] == {"type": "boolean"}
    assert asked["tags"]["schema"]["type"] == "array"
    assert asked["created_after"]["schema"]["format"] == "date-time"
    limit = asked["limit"]["schema"]
    assert (limit["type"], limit["minimum"], limit["maximum"], limit["default"]) == (
        "integer",
        1,
        100,
        50,
    )
    assert asked["min_duration"]["description"] == "Seconds, included"


@EVERY
def test_given_a_parameter_when_read_then_it_is_never_null(name: str):
    for parameter in _asked(name).values():
        assert "null" not in str(parameter["schema"])
        assert parameter["required"] is False


def test_given_a_model_of_parameters_when_read_then_it_is_no_schema_of_its_own():
    assert "SegmentFilters" not in document()["components"]["schemas"]
