"""DynamoDB's refusals in the domain's words."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import error_code, unavailable

T = TypeVar("T")
_MEETINGS = 12
_CONDITION = {"ConditionalCheckFailedException", "ConditionalCheckFailed"}
_MET = {"TransactionConflictException", "TransactionConflict"}
# Why a transaction was cancelled: the SDK knows only the refusal of a whole request.
_HELD_BACK = {"ThrottlingError", "ProvisionedThroughputExceeded"}


class ConditionFailedError(Exception):
    """The row was not as the condition wants it."""


def asked(what: str, call: Callable[[], T]) -> T:
    """Call the engine. Raises ConditionFailedError or UnavailableError.

    Writes that meet a transaction at the same row are refused, and so is a transaction of which a
    write is throttled; that passes, so they are repeated here: the SDK does not do it.
    """
    for attempt in range(_MEETINGS):
        try:
            return call()
        except ClientError as error:
            reasons = _reasons(error)
            codes = {error_code(error), *reasons}
            if codes & _CONDITION:
                raise ConditionFailedError from error
            passing = codes & _MET or reasons & _HELD_BACK
            if not passing or attempt == _MEETINGS - 1:
                raise unavailable(f"The table of {what}", error) from error
            time.sleep(random.uniform(0, min(0.02 * 2**attempt, 0.5)))  # noqa: S311
        except BotoCoreError as error:
            raise unavailable(f"The table of {what}", error) from error
    raise AssertionError("unreachable")


def _reasons(error: ClientError) -> set[str]:
    """Why each write of a cancelled transaction was refused."""
    return {str(reason.get("Code")) for reason in error.response.get("CancellationReasons", [])}
