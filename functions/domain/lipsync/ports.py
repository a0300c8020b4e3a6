"""What lip-sync needs from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from functions.domain.lipsync.errors import ProviderError
from functions.domain.lipsync.generation import SyncGeneration, SyncRequest


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What a generation would cost, as the provider reckons it."""

    frames: int
    usd: float


class LipSyncProvider(Protocol):
    """Who makes generations. Every method raises ProviderUnavailableError where trying again may
    help, RateLimitedError for too many requests, and ProviderAccountError where only our operator
    can help (the key, the plan, the bill)."""

    def submit(self, request: SyncRequest, key: str) -> SyncGeneration:
        """Ask for a generation, once for each key: the same request under the same key is the same
        generation. Another request (newly signed URLs make it one) needs another key.

        Raises SlotsTakenError while as many go on as the plan allows, RefusedError for what is
        wrong with the request or its files, and OutcomeUnknownError where it may have been taken:
        then send the same request under the same key, or `find` it; never use a new key. What
        the other errors say is of this call: an earlier one under this key may have been taken.
        """

    def get(
        self, generation_ids: Sequence[str], *, wait: int = 0
    ) -> Mapping[str, SyncGeneration | ProviderError]:
        """How each stands, by id, asked for in parallel; an error stands in the place of one that
        was not to be had, UnknownGenerationError where there is no such generation. Raises none.

        `wait` (0 to 10) is how many seconds each answer may wait for the generation's end.
        """

    def find(self, request: SyncRequest, since: datetime) -> SyncGeneration | None:
        """The newest generation made of this request since then, None if there is none: by its
        name, or by its files, which are the same however they are signed."""

    def delete(self, generation_id: str) -> bool:
        """Remove one that is over, with its files; fine if there is none. False while it goes on:
        the provider has no way to stop it."""

    def estimate(self, request: SyncRequest) -> CostEstimate:
        """What it would cost; raises RefusedError as well."""
