"""What a call of the lip-sync provider can come to, told apart by what is to be done.

ProviderError                    see `trouble`: ours to act on, and words for the user
├── ProviderUnavailableError     nothing was taken: try again
├── OutcomeUnknownError          it may have been taken: the same request, under the same key
├── RateLimitedError             too many requests: slow down
├── SlotsTakenError              as many go on as the plan allows: wait until one ends
├── ProviderAccountError         the key, the plan or the bill: for our operator
├── RefusedError                 the request or its files; the remedy is the trouble's
└── UnknownGenerationError       there is no such generation
"""

from __future__ import annotations

from functions.domain.errors import CutroomError
from functions.domain.lipsync.trouble import SyncTrouble


class ProviderError(CutroomError):
    """`retry_after` is how many seconds the provider asks to be left alone, None if it does not
    say."""

    status = 502

    def __init__(self, trouble: SyncTrouble, *, retry_after: float | None = None) -> None:
        super().__init__(trouble.code, trouble.detail)
        self.trouble = trouble
        self.retry_after = retry_after


class ProviderUnavailableError(ProviderError):
    status = 503
    retryable = True


class OutcomeUnknownError(ProviderError):
    """`generation_id` is told where the provider has made one."""

    status = 503
    retryable = True

    def __init__(self, trouble: SyncTrouble, *, generation_id: str | None = None) -> None:
        super().__init__(trouble)
        self.generation_id = generation_id


class RateLimitedError(ProviderError):
    status = 503
    retryable = True


class SlotsTakenError(ProviderError):
    """`active` of `limit` go on, where the provider says so."""

    status = 503
    retryable = True

    def __init__(
        self,
        trouble: SyncTrouble,
        *,
        retry_after: float | None = None,
        active: int | None = None,
        limit: int | None = None,
    ) -> None:
        super().__init__(trouble, retry_after=retry_after)
        self.active, self.limit = active, limit


class ProviderAccountError(ProviderError):
    status = 503


class RefusedError(ProviderError):
    status = 422


class UnknownGenerationError(ProviderError):
    status = 404
