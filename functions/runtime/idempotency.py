"""Idempotency-Key: the same key and body give the first answer again.

Loaded only when a request carries the header.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
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
Answer = dict[str, Any]


class InProgressError(ConflictError):
    """The first request with this key is still being worked on."""

    retryable = True


@functools.cache
def _layer(table: str) -> DynamoDBPersistenceLayer:
    return DynamoDBPersistenceLayer(table_name=table)


def once(
    table: str,
    *,
    key: str,
    body: str,
    context: LambdaContext,
    run: Callable[[], Answer],
    seconds: int = KEPT_SECONDS,
) -> Answer:
    """Run once per key, and keep the answer for some seconds.

    Raises InvalidInputError for the same key with another body.
    """
    config = IdempotencyConfig(
        event_key_jmespath="key",
        payload_validation_jmespath="body",
        expires_after_seconds=seconds,
        raise_on_no_idempotency_key=True,
        lambda_context=context,
    )

    @idempotent_function(  # type: ignore[untyped-decorator]
        data_keyword_argument="request",
        persistence_store=_layer(table),
        config=config,
        key_prefix="api",
    )
    def guarded(*, request: dict[str, str]) -> Answer:
        return run()

    digest = hashlib.sha256(body.encode()).hexdigest()
    try:
        answer: Answer = guarded(request={"key": key, "body": digest})
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
    return answer
