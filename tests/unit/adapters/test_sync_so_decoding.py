from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.adapters.sync_so.decoding import error_of, read_generation
from functions.domain.lipsync.codes import Remedy
from functions.domain.lipsync.errors import (
    OutcomeUnknownError,
    ProviderAccountError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
    RefusedError,
    SlotsTakenError,
    UnknownGenerationError,
)
from functions.domain.lipsync.generation import GenerationStatus, SyncGeneration

ID = "6f1d2c3b-4a59-4e68-8b77-1c2d3e4f5a6b"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "status", "errorCode", "createdAt", "outputDuration", "outputUrl"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


def _read(**fields: Any) -> SyncGeneration:
    found = read_generation({"id": ID, "status": "PENDING", **fields})
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("PENDING", GenerationStatus.PENDING),
        ("PROCESSING", GenerationStatus.PROCESSING),
        ("COMPLETED", GenerationStatus.COMPLETED),
        ("FAILED", GenerationStatus.FAILED),
        ("REJECTED", GenerationStatus.REJECTED),
        ("CANCELED", GenerationStatus.FAILED),
        ("TIMED_OUT", GenerationStatus.FAILED),
        ("QUEUED_SOMEWHERE", GenerationStatus.PROCESSING),
    ],
)
def test_given_a_status_when_read_then_only_known_ends_are_ends(
    said: str, status: GenerationStatus
):
    assert _read(status=said).status is status


@pytest.mark.parametrize("name", ["errorCode", "error_code"])
def test_given_either_spelling_when_read_then_the_code_is_known(name: str):
    trouble = _read(status="FAILED", **{name: "generation_input_video_invalid"}).trouble

    assert trouble is not None
    assert trouble.remedy is Remedy.REENCODE


def test_given_null_and_absent_when_read_then_they_are_the_same():
    nulls = dict.fromkeys(("outputUrl", "outputDuration", "error", "errorCode", "createdAt"))

    assert _read(**nulls) == _read()


def test_given_a_code_that_is_none_when_read_then_it_is_not_passed_on():
    trouble = _read(status="FAILED", errorCode="see https://a.test/?token=secret").trouble

    assert trouble is not None
    assert trouble.provider_code is None


def test_given_a_url_of_one_that_goes_on_when_read_then_it_is_not_taken():
    assert _read(status="PROCESSING", outputUrl="https://a.test").result_url is None


@pytest.mark.parametrize("length", ["8.64", True, -1, float("nan"), float("inf"), None])
def test_given_a_length_that_is_none_when_read_then_it_is_unknown(length: object):
    assert _read(status="COMPLETED", outputDuration=length).result_length is None


def test_given_a_length_when_read_then_it_is_in_milliseconds():
    assert _read(status="COMPLETED", outputDuration=8.64).result_length == 8_640


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"id": ID}, {"id": 7, "status": "PENDING"}, {"id": "../x", "status": "PENDING"}],
)
def test_given_no_generation_when_read_then_there_is_none(document: object):
    assert read_generation(document) is None


@given(JSON)
def test_given_any_json_when_read_then_nothing_breaks(document: object):
    read_generation(document)
    if isinstance(document, dict):
        assert read_generation({**document, "id": ID, "status": "COMPLETED"}) is not None


@pytest.mark.parametrize(
    ("status", "document", "kind"),
    [
        (400, {"message": ["model must be"], "statusCode": 400}, RefusedError),
        (400, {"errorCode": "INVALID_IDEMPOTENCY_KEY"}, RefusedError),
        (401, {"message": "Unauthorized", "statusCode": 401}, ProviderAccountError),
        (401, {"message": "Either …", "error": "Unauthorized"}, ProviderAccountError),
        (402, {"errorCode": "account_payment_required"}, ProviderAccountError),
        (402, {"errorCode": "generation_plan_duration_exceeded"}, RefusedError),
        (402, None, ProviderAccountError),
        (403, {"errorCode": "plan_feature_unavailable"}, ProviderAccountError),
        (404, {"errorCode": "generation_not_found"}, UnknownGenerationError),
        (404, {"message": "Cannot GET /"}, UnknownGenerationError),
        (404, {"errorCode": "voice_not_found"}, RefusedError),
        (409, None, RefusedError),
        (413, {"errorCode": "generation_input_validation_failed"}, RefusedError),
        (422, {"error_code": "file_size_exceeds_plan_limit"}, RefusedError),
        (422, {"errorCode": "elevenlabs_quota_exceeded"}, ProviderAccountError),
        (429, {"errorCode": "rate_limit_exceeded"}, RateLimitedError),
        (429, {"errorCode": "concurrency_limit_reached"}, SlotsTakenError),
        (429, {"concurrencyLimit": 3}, SlotsTakenError),
        (429, None, RateLimitedError),
        (408, None, ProviderUnavailableError),
        (302, None, ProviderUnavailableError),
        (500, {"errorCode": "internal_error", "requestId": "r"}, ProviderUnavailableError),
        (503, {"errorCode": "IDEMPOTENCY_OUTCOME_UNKNOWN"}, OutcomeUnknownError),
        (504, {"errorCode": "elevenlabs_service_unavailable"}, ProviderUnavailableError),
        (502, None, ProviderUnavailableError),
    ],
)
def test_given_an_error_when_read_then_it_is_of_its_kind(
    status: int, document: object, kind: type[ProviderError]
):
    assert type(error_of(status, document, None)) is kind


@given(st.integers(300, 599), JSON)
def test_given_any_error_when_read_then_it_has_words_for_the_user(status: int, document: object):
    error = error_of(status, document, None)

    assert error.code.startswith("lipsync.")
    assert error.detail.endswith(".")


def test_given_no_free_place_when_read_then_both_numbers_and_the_wait_are_told():
    body = {
        "errorCode": "concurrency_limit_reached",
        "activeGenerations": 3,
        "concurrencyLimit": 3,
        "retryAfterSeconds": 30,
    }
    error = error_of(429, body, 5.0)

    assert isinstance(error, SlotsTakenError)
    assert (error.active, error.limit, error.retry_after) == (3, 3, 30.0)


def test_given_an_unknown_outcome_when_the_id_is_told_then_it_is_passed_on():
    told = {"errorCode": "IDEMPOTENCY_OUTCOME_UNKNOWN", "generationId": ID}
    error = error_of(503, told, None)

    assert isinstance(error, OutcomeUnknownError)
    assert error.generation_id == ID
