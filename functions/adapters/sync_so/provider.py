"""A LipSyncProvider: Sync.so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

from functions.adapters.sync_so.client import Call, SyncSoClient
from functions.adapters.sync_so.decoding import CONFLICT, read_generation, unknown_outcome
from functions.adapters.sync_so.encoding import encode
from functions.domain.lipsync.errors import (
    ProviderError,
    ProviderUnavailableError,
    RefusedError,
    UnknownGenerationError,
)
from functions.domain.lipsync.generation import RecordedVoice, SyncGeneration, SyncRequest
from functions.domain.lipsync.ports import CostEstimate
from functions.domain.lipsync.trouble import trouble_of

AT_ONCE: Final = 16
LONGEST_WAIT_S: Final = 10
_PAGE: Final = 100
_PAGES: Final = 10
# Its clock and ours need not agree to the second.
_SKEW: Final = timedelta(minutes=2)
_KEY: Final = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_NOT_DELETABLE: Final = "generation_not_deletable_while_processing"


class SyncSoProvider:
    """`at_once` is how many generations are asked for in parallel."""

    def __init__(self, client: SyncSoClient, *, at_once: int = AT_ONCE) -> None:
        self._client, self._at_once = client, at_once

    def submit(self, request: SyncRequest, key: str) -> SyncGeneration:
        """Raises ValueError for a key that the provider would not take."""
        if not _KEY.fullmatch(key):
            raise ValueError("keys have 1 to 128 letters, digits and . _ ~ -")
        call = Call(method="POST", path="/v2/generate", body=encode(request), key=key)
        try:
            generation = read_generation(self._client.ask(call))
        except UnknownGenerationError as error:
            # There is nothing at that address: what answers is not the provider.
            raise ProviderUnavailableError(trouble_of(None)) from error
        if generation is None:
            raise unknown_outcome()
        return generation

    def get(
        self, generation_ids: Sequence[str], *, wait: int = 0
    ) -> Mapping[str, SyncGeneration | ProviderError]:
        if not 0 <= wait <= LONGEST_WAIT_S:
            raise ValueError(f"an answer waits {LONGEST_WAIT_S} s at the most")
        ids = list(dict.fromkeys(generation_ids))
        if not ids:
            return {}
        with ThreadPoolExecutor(min(self._at_once, len(ids))) as pool:
            return dict(zip(ids, pool.map(lambda one: self._one(one, wait), ids), strict=True))

    def _one(self, generation_id: str, wait: int) -> SyncGeneration | ProviderError:
        try:
            return self._got(generation_id, wait)
        except ProviderError as error:
            return error

    def _got(self, generation_id: str, wait: int) -> SyncGeneration:
        """Of two routes: what one does not know, the other may."""
        query = {"wait": "true", "timeout": str(wait)} if wait else {}
        name = quote(generation_id, safe="")
        try:
            return self._read(f"/v2/generate/{name}", query, generation_id, wait)
        except UnknownGenerationError:
            return self._read(f"/v2/generations/{name}", {}, generation_id, 0)

    def _read(
        self, path: str, query: Mapping[str, str], generation_id: str, wait: int
    ) -> SyncGeneration:
        answer = self._client.ask(Call(method="GET", path=path, query=query, waits=wait))
        generation = read_generation(answer)
        if generation is None or generation.id != generation_id:
            raise ProviderUnavailableError(trouble_of(None))
        return generation

    def find(self, request: SyncRequest, since: datetime) -> SyncGeneration | None:
        oldest, cursor = since - _SKEW, None
        for _ in range(_PAGES):
            page = self._page(cursor)
            for row in page:
                generation = read_generation(row)
                if generation is None:
                    continue
                if generation.created_at is not None and generation.created_at < oldest:
                    return None
                if _is_of(request, generation, row):
                    return generation
            cursor = _last_id(page)
            if len(page) < _PAGE or cursor is None:
                return None
        # There is more than was looked through: whether it was made is still not known.
        raise ProviderUnavailableError(trouble_of(None))

    def _page(self, cursor: str | None) -> list[Any]:
        query = {"limit": str(_PAGE), **({"cursor": cursor} if cursor else {})}
        answer = self._client.ask(Call(method="GET", path="/v2/generations", query=query))
        if not isinstance(answer, list):
            raise ProviderUnavailableError(trouble_of(None))
        return answer

    def delete(self, generation_id: str) -> bool:
        path = f"/v2/generations/{quote(generation_id, safe='')}"
        try:
            self._client.ask(Call(method="DELETE", path=path))
        except UnknownGenerationError:
            return True
        except RefusedError as error:
            if error.trouble.provider_code in {_NOT_DELETABLE, CONFLICT}:
                return False
            raise
        return True

    def estimate(self, request: SyncRequest) -> CostEstimate:
        call = Call(method="POST", path="/v2/analyze/cost", body=encode(request))
        rows = self._client.ask(call)
        try:
            return CostEstimate(
                frames=sum(round(row["estimatedFrameCount"]) for row in rows),
                usd=sum(float(row["estimatedGenerationCost"]) for row in rows),
            )
        except (TypeError, KeyError, ValueError, OverflowError) as error:
            raise ProviderUnavailableError(trouble_of(None)) from error


def _last_id(page: Sequence[Any]) -> str | None:
    last = read_generation(page[-1]) if page else None
    return last.id if last else None


def _is_of(request: SyncRequest, generation: SyncGeneration, row: Mapping[str, Any]) -> bool:
    """By the name that we gave it; where names are not told, by where its files lie and whom it
    was to call."""
    if generation.name is not None:
        return generation.name == request.name
    inputs = row.get("input")
    rows = inputs if isinstance(inputs, list) else []
    told = {_bare(one.get("url")) for one in rows if isinstance(one, Mapping)}
    ours = [voice.url for voice in request.voices if isinstance(voice, RecordedVoice)]
    same = told - {None} == {_bare(url) for url in (request.video_url, *ours)}
    return same and row.get("webhookUrl") == request.webhook_url


def _bare(url: object) -> str | None:
    """Without what is signed anew each time."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
