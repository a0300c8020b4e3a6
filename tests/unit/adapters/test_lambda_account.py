from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from functions.adapters import lambda_account
from functions.adapters.lambda_account import LambdaAccount


class Lambda:
    def __init__(self, answer: object) -> None:
        self._answer = answer

    def get_account_settings(self) -> object:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def _concurrency(monkeypatch: pytest.MonkeyPatch, answer: object) -> int | None:
    monkeypatch.setattr(lambda_account, "client", lambda _: Lambda(answer))
    return LambdaAccount().concurrency()


def test_given_an_account_when_asked_then_it_is_what_no_function_has_reserved(
    monkeypatch: pytest.MonkeyPatch,
):
    limits = {"ConcurrentExecutions": 1_000, "UnreservedConcurrentExecutions": 900}

    assert _concurrency(monkeypatch, {"AccountLimit": limits}) == 900


@pytest.mark.parametrize(
    "answer",
    [
        ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetAccountSettings"),
        EndpointConnectionError(endpoint_url="https://lambda.test"),
        {"AccountLimit": {}},
    ],
)
def test_given_an_account_that_does_not_tell_when_asked_then_it_is_not_known(
    monkeypatch: pytest.MonkeyPatch, answer: object
):
    assert _concurrency(monkeypatch, answer) is None
