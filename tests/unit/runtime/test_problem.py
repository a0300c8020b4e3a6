from __future__ import annotations

import json

import pytest

from functions.domain import errors
from functions.domain.errors import FieldError
from functions.runtime.problem import CONTENT_TYPE, of_error, problem

TREE = [
    (errors.InvalidInputError, 422),
    (errors.ForbiddenError, 403),
    (errors.NotFoundError, 404),
    (errors.ConflictError, 409),
    (errors.GoneError, 410),
    (errors.TooLargeError, 413),
    (errors.MediaError, 422),
    (errors.UnavailableError, 503),
]


@pytest.mark.parametrize(("kind", "status"), TREE)
def test_given_an_error_when_it_leaves_then_it_is_problem_details_with_its_code(kind, status):
    response = of_error(kind("some.code", "What to do."))

    body = json.loads(response.body)
    assert response.status_code == body["status"] == status
    assert response.content_type == CONTENT_TYPE == "application/problem+json"
    assert (body["code"], body["detail"]) == ("some.code", "What to do.")
    assert body["type"] == "urn:cutroom:problem:some.code"
    assert body["title"] != "Error"


def test_given_wrong_fields_when_they_leave_then_each_is_named():
    fields = (FieldError("/size", "too_big", "Too big."), FieldError("/title", "blank", "Blank."))

    body = json.loads(of_error(errors.InvalidInputError("c", "d", fields=fields)).body)

    assert body["errors"] == [
        {"pointer": "/size", "code": "too_big", "detail": "Too big."},
        {"pointer": "/title", "code": "blank", "detail": "Blank."},
    ]


def test_given_no_wrong_field_when_it_leaves_then_there_is_no_list_of_them():
    assert "errors" not in json.loads(of_error(errors.NotFoundError("c", "d")).body)


@pytest.mark.parametrize(
    "error", [errors.UnavailableError("c", "d"), errors.StaleWriteError("The video")]
)
def test_given_an_error_that_may_pass_when_it_leaves_then_it_says_when_to_come_back(error):
    assert int(of_error(error).headers["Retry-After"]) > 0


def test_given_an_error_that_stays_when_it_leaves_then_nobody_is_asked_to_come_back():
    assert "Retry-After" not in of_error(errors.ConflictError("c", "d")).headers


def test_given_a_status_without_a_title_when_it_leaves_then_it_has_one_all_the_same():
    assert json.loads(problem(418, "c", "d").body)["title"]
