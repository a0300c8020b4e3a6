"""Idempotency-Key: the same key and body give the first answer again.

An answer says which videos it tells of, and is written down with each of them: it goes when one of
them is deleted, and is not given again from that moment on. Loaded only when a request carries the
header.
"""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyPersistenceLayerError,
    IdempotencyValidationError,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.domain.errors import ConflictError, InvalidInputError, UnavailableError

KEPT_SECONDS = 24 * 3600
# What leads to an answer outlives it: a table removes what is over within two days.
_LONGER_SECONDS = 3 * KEPT_SECONDS
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """What answers tell of. `of` names the videos of an answer; `remember` writes down the record
    of an answer with each of them, until Unix seconds; `gone` says whether one of them is."""

    of: Callable[[Answer], Collection[str]]
    remember: Callable[[Collection[str], str, int], None]
    gone: Callable[[Collection[str]], bool]


class InProgressError(ConflictError):
    """The first request with this key is still being worked on."""

    retryable = True


@functools.cache
def _layer(table: str) -> DynamoDBPersistenceLayer:
    return DynamoDBPersistenceLayer(table_name=table)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IdempotencyAlreadyInProgressError as error:
        raise InProgressError(
            "idempotency.in_progress", "The first request with this key is not finished yet."
        ) from error
    except IdempotencyPersistenceLayerError as error:
        raise UnavailableError(
            "dependency.unavailable", "The table of idempotency keys failed; try again."
        ) from error
    except IdempotencyValidationError as error:
        raise InvalidInputError(
            "idempotency.key_reused", "This Idempotency-Key was used with another request."
        ) from error


def _config(context: LambdaContext, seconds: int) -> IdempotencyConfig:
    return IdempotencyConfig(
        event_key_jmespath="key",
        payload_validation_jmespath="body",
        expires_after_seconds=seconds,
        raise_on_no_idempotency_key=True,
        lambda_context=context,
    )


def once(
    table: str,
    *,
    key: str,
    body: str,
    context: LambdaContext,
    run: Callable[[], Answer],
    subjects: Subjects,
    seconds: int = KEPT_SECONDS,
) -> Answer:
    """Run once per key, and keep the answer for some seconds. Of what is gone nothing is kept:
    then it is run again, and told of what is there.

    Raises InvalidInputError for the same key with another body.
    """
    layer, fresh = _layer(table), False

    @idempotent_function(  # type: ignore[untyped-decorator]
        data_keyword_argument="request",
        persistence_store=layer,
        config=_config(context, seconds),
        key_prefix="api",
    )
    def guarded(*, request: dict[str, str]) -> Answer:
        nonlocal fresh
        fresh, answer = True, run()
        about = sorted(subjects.of(answer))
        record = str(layer._get_hashed_idempotency_key(request))
        subjects.remember(about, record, int(time.time()) + seconds + _LONGER_SECONDS)
        return {**answer, "about": about}

    with _translated():
        digest = hashlib.sha256(body.encode()).hexdigest()
        answer: Answer = guarded(request={"key": key, "body": digest})
    about = answer.pop("about", ())
    return run() if not fresh and subjects.gone(about) else answer
