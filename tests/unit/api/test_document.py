"""The OpenAPI document: valid, whole, and good enough to make clients from."""

from __future__ import annotations

import json
import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from functions.domain.events.event import EventType
from functions.handlers.api.app import app
from tests.unit.api.client import Client
from tests.unit.api.promised import document, fits, named, operations, resolved

# By another function, which has headers and refusals of its own.
FOLLOWED = ("GET", "/api/events")
NAMES = {name: one for name, one in named().items() if one is not operations()[FOLLOWED]}
EVERY = pytest.mark.parametrize("name", sorted(NAMES))
VERBS = {
    "abort",
    "cancel",
    "complete",
    "create",
    "delete",
    "download",
    "edit",
    "follow",
    "get",
    "link",
    "list",
} | {
    "replace",
    "start",
    "generate",
    "refine",
    "recut",
    "push",
    "retry",
    "replay",
    "resume",
    "rotate",
    "test",
}
BODIES = {
    "createEventTicket",
    "createUpload",
    "createVideo",
    "startPipeline",
    "createSegment",
    "replaceSegment",
    "editSegment",
    "createSegments",
    "editSegments",
    "deleteSegments",
    "linkPost",
    "replacePreferences",
    "replaceTranscript",
    "generateMoments",
    "refineMoment",
    "replaceMomentFeedback",
    "createClips",
    "recutClip",
    "pushMetrics",
    "createLipSync",
    "createWebhook",
    "replaceWebhook",
    "replayWebhook",
    "completeSocialConsent",
}
PRIVATE = sorted(set(NAMES) - {"getHealth"})


def _headers(name: str, status: str) -> set[str]:
    return set(resolved(NAMES[name]["responses"][status]).get("headers", {}))


def _heeded(name: str) -> set[str]:
    every = [resolved(parameter) for parameter in NAMES[name]["parameters"]]
    return {parameter["name"] for parameter in every if parameter["in"] == "header"}


def _honouring(header: str) -> set[str]:
    return {name for name in NAMES if header in _heeded(name)}


def test_given_the_document_when_checked_then_it_is_valid_openapi(client: Client):
    told = client.get("/openapi.json").json

    assert told == document()
    assert told["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(told).iter_errors()) == []


def test_given_the_document_when_read_then_every_reference_leads_somewhere():
    for reference in set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document()))):
        assert resolved({"$ref": reference})


def test_given_the_document_when_read_then_every_route_is_in_it():
    routed = {
        (route.method, route.openapi_path)
        for route in [*app._static_routes, *app._dynamic_routes]
        if route.include_in_schema
    }

    assert operations().keys() == routed | {FOLLOWED}
    assert ("POST", "/api/videos/uploads") in routed


def test_given_the_document_when_a_client_is_generated_then_every_operation_has_a_name():
    assert len(named()) == len(operations())
    for name in named():
        verb = re.match("[a-z]+", name)
        assert re.fullmatch("[a-z]+([A-Z][a-z]+)+", name)
        assert verb
        assert verb[0] in VERBS


@EVERY
def test_given_an_operation_when_read_then_it_says_what_it_does_and_where_it_belongs(name: str):
    assert 3 < len(NAMES[name]["summary"]) < 90
    assert len(NAMES[name]["tags"]) == 1
    assert {tag["name"] for tag in document()["tags"]} >= set(NAMES[name]["tags"])


def test_given_the_document_when_read_then_all_but_health_wants_a_token():
    assert [name for name in NAMES if NAMES[name]["security"] == []] == ["getHealth"]
    assert all(NAMES[name]["security"] == [{"token": []}] for name in PRIVATE)
    assert document()["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


@pytest.mark.parametrize("name", PRIVATE)
def test_given_an_operation_with_a_token_when_refused_then_each_way_is_named(name: str):
    assert NAMES[name]["responses"].keys() >= {"401", "422", "429", "503", "default"}


@EVERY
def test_given_an_operation_with_a_body_when_read_then_it_is_required_and_its_refusals_named(
    name: str,
):
    assert ("requestBody" in NAMES[name]) == (name in BODIES)
    if name in BODIES:
        assert NAMES[name]["requestBody"]["required"] is True
        assert NAMES[name]["responses"].keys() >= {"413", "415", "422"}


def test_given_headers_that_are_heeded_when_read_then_they_are_parameters():
    posts = {one["operationId"] for (method, _), one in operations().items() if method == "POST"}

    changes = {"deleteVideo", "replaceSegment", "editSegment", "deleteSegment", "linkPost"}
    moments = {"replaceMomentFeedback", "deleteMoment"}
    others = {*moments, "replacePreferences", "replaceTranscript"}
    others |= {"replaceWebhook", "deleteWebhook"}
    assert _honouring("If-Match") == changes | others
    read = {"getVideo", "getSegment", "getPreferences", "getTranscript", "getMoment"}
    assert _honouring("If-None-Match") == read | {"getWebhook"}
    assert _honouring("Idempotency-Key") == posts


@EVERY
def test_given_an_answer_when_read_then_its_headers_are_named(name: str):
    for status in NAMES[name]["responses"].keys() - {"401"}:
        assert "X-Request-Id" in _headers(name, status)
        if name in PRIVATE:
            assert {"RateLimit", "RateLimit-Policy", "RateLimit-Reset"} <= _headers(name, status)
        assert ("Retry-After" in _headers(name, status)) == (
            status in {"409", "429"} or (status == "503" and name in PRIVATE)
        )


def test_given_answers_with_a_version_or_a_place_when_read_then_that_is_named():
    assert {"ETag", "Location"} <= _headers("createSegment", "201") & _headers(
        "createSegment", "202"
    )
    assert "ETag" in _headers("getSegment", "200") & _headers("getSegment", "304")
    assert "Location" in _headers("startPipeline", "202") & _headers("completeUpload", "202")
    assert "Location" in _headers("createVideo", "202")


@EVERY
def test_given_an_answer_without_a_body_when_read_then_it_has_no_content(name: str):
    responses = NAMES[name]["responses"]
    empty = {"204", "302", "304"}

    assert all("content" not in responses[one] for one in empty & responses.keys())
    assert all(resolved(responses[one])["content"] for one in responses.keys() - empty)


def test_given_the_stream_of_events_when_read_then_it_is_as_its_function_answers():
    followed = operations()[FOLLOWED]
    asked = {(one["in"], one["name"]) for one in followed["parameters"]}
    answers = {status: resolved(one) for status, one in followed["responses"].items()}

    assert followed["security"] == [{"token": []}, {"ticket": []}]
    ticket = document()["components"]["securitySchemes"]["ticket"]
    assert (ticket["type"], ticket["in"], ticket["name"]) == ("apiKey", "query", "ticket")
    assert ("header", "Last-Event-ID") in asked
    assert {name for place, name in asked if place == "query"} == {
        "after",
        "video_id",
        "job_id",
        "wait",
    }
    assert answers.keys() == {"200", "401", "403", "422", "429", "503", "default"}
    assert list(answers["200"]["content"]) == ["text/event-stream"]
    assert not any(
        "RateLimit" in name for one in answers.values() for name in one.get("headers", {})
    )
    assert (len(followed["tags"]), 3 < len(followed["summary"]) < 90) == (1, True)


def test_given_the_example_of_a_stream_when_read_then_it_is_an_event_as_its_schema_says():
    content = operations()[FOLLOWED]["responses"]["200"]["content"]["text/event-stream"]
    (example,) = content["schema"]["examples"]
    (data,) = re.findall("^data: (.*)$", example, re.MULTILINE)

    told = json.loads(data)
    assert fits({"$ref": f"#/components/schemas/Event.{told['type']}"}, told) == []


def test_given_every_type_of_event_when_looked_for_then_its_schema_is_there():
    schemas = document()["components"]["schemas"]

    assert {f"Event.{kind}" for kind in EventType} == {
        name for name in schemas if name.startswith("Event.")
    }
    for kind in ("account.updated", "lipsync.updated"):
        assert schemas[f"Event.{kind}"]["properties"]["data"]["properties"]


def test_given_a_browser_when_it_opens_the_docs_then_it_is_one_page_that_needs_nothing_else(
    client: Client,
):
    answer = client.get("/docs")

    assert (answer.status, answer.headers["content-type"]) == (200, "text/html")
    assert "createUpload" in answer.text
    assert 'updateUrl("openapi.json")' in answer.text
    assert not re.search(r"<(script|link)[^>]+(src|href)=", answer.text)
