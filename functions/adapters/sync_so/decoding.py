"""What Sync.so answers, read with care: fields come and go, and have more than one spelling."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

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
from functions.domain.lipsync.trouble import SyncTrouble, rejection_of, trouble_of

CONFLICT: Final = "generation_conflict"
UNKNOWN_OUTCOME: Final = "IDEMPOTENCY_OUTCOME_UNKNOWN"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CODE: Final = re.compile(r"[A-Za-z0-9_]{1,80}")
# Of earlier versions: over, and not well.
_ENDED: Final = {"CANCELED", "CANCELLED", "TIMED_OUT"}
_KNOWN: Final = {one.value: one for one in GenerationStatus}
_SLOTS: Final = trouble_of("concurrency_limit_reached")
_RATE: Final = trouble_of("rate_limit_exceeded")
ACCOUNT: Final = trouble_of("account_on_hold")
_GONE: Final = SyncTrouble(
    "lipsync.generation_unknown",
    "The lip-sync provider does not know this job any more. Retry it.",
    Remedy.TRY_AGAIN,
)
Json = Mapping[str, Any]


def read_generation(document: object) -> SyncGeneration | None:
    """None for what is none."""
    if not isinstance(document, Mapping):
        return None
    found, said = document.get("id"), document.get("status")
    if not isinstance(found, str) or not _ID.fullmatch(found) or not isinstance(said, str):
        return None
    status = _status(said)
    done = status is GenerationStatus.COMPLETED
    return SyncGeneration(
        id=found,
        status=status,
        created_at=_moment(document.get("createdAt")),
        name=_text(document.get("outputFileName")),
        result_url=_text(document.get("outputUrl")) if done else None,
        result_length=_length(document.get("outputDuration")) if done else None,
        trouble=_trouble(status, said, document),
    )


def _status(said: str) -> GenerationStatus:
    """One that is not known yet is none at which a generation ends."""
    if said in _ENDED:
        return GenerationStatus.FAILED
    return _KNOWN.get(said, GenerationStatus.PROCESSING)


def _trouble(status: GenerationStatus, said: str, document: Json) -> SyncTrouble | None:
    if status is GenerationStatus.REJECTED:
        return rejection_of(code_of(document))
    if status is GenerationStatus.FAILED:
        return trouble_of("generation_timeout" if said == "TIMED_OUT" else code_of(document))
    return None


def code_of(document: object) -> str | None:
    """In either spelling; what is no code is left out, since nobody knows what it holds."""
    if not isinstance(document, Mapping):
        return None
    code = document.get("errorCode") or document.get("error_code")
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _length(value: object) -> int | None:
    number = _number(value)
    return None if number is None else round(number * 1000)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def error_of(status: int, document: object, retry_after: float | None) -> ProviderError:
    """An answer that is no success; `document` is None where it is no JSON."""
    code = code_of(document)
    if code == UNKNOWN_OUTCOME:
        return unknown_outcome(document)
    if status == 429:
        return _too_many(document, code, retry_after)
    if not 400 <= status < 500 or status in {408, 425}:
        trouble = trouble_of(code)
        return ProviderUnavailableError(trouble, retry_after=retry_after)
    if status in {401, 402, 403}:
        return _of_the_account(code)
    if status == 404 and code in _NO_GENERATION:
        return UnknownGenerationError(_GONE)
    return _refused(CONFLICT if status == 409 and code is None else code)


_NO_GENERATION: Final = {"generation_not_found", None}


def unknown_outcome(document: object = None) -> OutcomeUnknownError:
    found = document.get("generationId") if isinstance(document, Mapping) else None
    known = found if isinstance(found, str) and _ID.fullmatch(found) else None
    return OutcomeUnknownError(trouble_of(None), generation_id=known)


def _too_many(document: object, code: str | None, retry_after: float | None) -> ProviderError:
    """Of either kind: only the code tells them apart, or that places are counted."""
    told = document if isinstance(document, Mapping) else {}
    if code != _SLOTS.provider_code and "concurrencyLimit" not in told:
        return RateLimitedError(_RATE, retry_after=retry_after)
    after = _number(told.get("retryAfterSeconds"))
    return SlotsTakenError(
        _SLOTS,
        retry_after=retry_after if after is None else after,
        active=_count(told.get("activeGenerations")),
        limit=_count(told.get("concurrencyLimit")),
    )


def _count(value: object) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _of_the_account(code: str | None) -> ProviderError:
    """Some limits of a plan are the user's to keep: lengths and sizes."""
    trouble = trouble_of(code)
    if code is not None and trouble.remedy is Remedy.GIVE_UP:
        return RefusedError(trouble)
    return ProviderAccountError(
        SyncTrouble(ACCOUNT.code, ACCOUNT.detail, Remedy.OPERATOR, provider_code=code)
    )


def _refused(code: str | None) -> ProviderError:
    trouble = trouble_of(code, otherwise=Remedy.GIVE_UP)
    if trouble.remedy is Remedy.OPERATOR:
        return ProviderAccountError(trouble)
    return RefusedError(trouble)
