"""Which medium an address names: looked for in the account's own list, newest first."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from functions.adapters.social.http import part, rows
from functions.adapters.social.meta import Ask, MetaBatch
from functions.domain.platforms.tokens import Tokens

_PAGE: Final = 100
# So many are looked through; older ones are to be linked by their id.
_PAGES: Final = 10


def media_ids(batch: MetaBatch, tokens: Tokens, codes: Set[str]) -> dict[str, str]:
    """Ids by the short codes of addresses, of those that are found. Raises PlatformError."""
    account = next(iter(tokens.pages), None)
    found: dict[str, str] = {}
    after = ""
    for _ in range(_PAGES if account else 0):
        url = f"{account}/media?fields=id,permalink&limit={_PAGE}"
        (answer,) = batch.ask([Ask(url + (f"&after={after}" if after else ""))])
        for row in rows(answer.body, "data"):
            parts = str(row.get("permalink", "")).rstrip("/").rsplit("/", 1)
            if parts[-1] in codes:
                found[parts[-1]] = str(row.get("id"))
        paging = part(answer.body, "paging")
        after = str(part(paging, "cursors").get("after") or "")
        if len(found) == len(codes) or "next" not in paging or not after:
            break
    return found
