from __future__ import annotations

import pytest
from openapi_spec_validator import validate

from functions import bootstrap
from functions.handlers.api.app import app
from tests.unit.api.client import Client


def _document(client: Client) -> dict:
    return client.get("/openapi.json").json


def _operations(document: dict) -> dict[tuple[str, str], dict]:
    return {
        (method, path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_given_a_running_api_when_its_health_is_asked_then_nothing_else_is_looked_at(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    def never(*_: object):
        raise AssertionError("a shallow check has to be free")

    monkeypatch.setattr(bootstrap, "health_checks", never)

    answer = client.get("/health")

    assert (answer.status, answer.json["status"], answer.json["stage"]) == (200, "ok", "test")


def test_given_all_is_well_when_checked_in_depth_then_each_part_is_named(client: Client):
    answer = client.get("/health", query={"deep": "true"})

    assert answer.status == 200
    assert answer.json["checks"] == {
        "table:videos": True,
        "bucket:media": True,
        "queue:uploads": True,
    }


def test_given_something_is_down_when_checked_in_depth_then_it_is_named(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    checks = {"table:videos": True, "bucket:media": False}
    monkeypatch.setattr(bootstrap, "health_checks", lambda *_: checks)

    answer = client.get("/health", query={"deep": "true"})

    assert (answer.status, answer.json["status"]) == (503, "degraded")
    assert answer.json["checks"] == checks


def test_given_the_document_when_checked_then_it_is_valid_openapi(client: Client):
    validate(_document(client))


def test_given_the_document_when_read_then_every_route_is_in_it(client: Client):
    routed = {
        (route.method.lower(), route.openapi_path.replace("<", "{").replace(">", "}"))
        for route in [*app._static_routes, *app._dynamic_routes]
        if route.include_in_schema
    }

    assert _operations(_document(client)).keys() == routed
    assert ("post", "/api/videos/uploads") in routed


def test_given_the_document_when_a_client_is_generated_then_every_operation_has_a_name(
    client: Client,
):
    names = [operation["operationId"] for operation in _operations(_document(client)).values()]

    assert len(set(names)) == len(names)
    assert {"createUpload", "listVideos", "getPipelineStatus", "downloadSegment"} <= set(names)


def test_given_the_document_when_read_then_operations_ask_for_a_token(client: Client):
    document = _document(client)

    assert document["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_given_an_answer_with_another_status_when_documented_then_that_status_is_named(
    client: Client,
):
    operations = _operations(_document(client))

    assert "201" in operations["post", "/api/videos/uploads"]["responses"]
    assert "202" in operations["put", "/api/videos/uploads/{video_id}"]["responses"]
    assert "202" in operations["post", "/api/pipeline/start"]["responses"]
    assert "204" in operations["delete", "/api/videos/uploads/{video_id}"]["responses"]


def test_given_a_refusal_when_documented_then_it_is_the_problem_that_is_really_sent(
    client: Client,
):
    # The library documents a body of its own for 422, which nobody ever gets.
    answer = client.post("/api/videos/uploads", {})
    responses = _operations(_document(client))["post", "/api/videos/uploads"]["responses"]

    assert list(responses["422"]["content"]) == [answer.headers["content-type"]]


# The library leaves the files of the page it reads to the garbage collector to close.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_given_a_browser_when_it_opens_the_docs_then_it_is_a_page_of_the_document(
    client: Client,
):
    answer = client.get("/docs")

    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html"
    assert "createUpload" in answer.text
