"""Meta's Graph API: batches, tokens and limits, around the nodes of Facebook or Instagram."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

from infra.local.simulators.social import grants
from infra.local.simulators.social.grants import Grant, Grants
from infra.local.simulators.social.graph_errors import (
    APP_LIMIT,
    ERRORS,
    EXPIRED,
    graph_error,
    no_such,
)
from infra.local.simulators.social.nodes import Nodes
from infra.local.simulators.social.wire import Answer, Call, WrongError
from infra.local.simulators.social.world import Account, World

LONG_S: Final = 60 * 86_400
WINDOW_S: Final = 3_600
# Usage is told from this share on.
TOLD_FROM: Final = 0.5
_VERSION: Final = re.compile(r"/v\d+\.\d+(?=/|$)")


class Graph:
    """One of the two families of nodes, with tokens of its own."""

    errors = ERRORS

    def __init__(self, world: World, name: str, nodes: Nodes) -> None:
        self._world, self._name, self._nodes = world, name, nodes
        self.grants = Grants(world, name, "EAA", (600, WINDOW_S, 0))
        self.pages: dict[str, str] = {}
        self._counted: dict[int, int] = {}

    def is_api(self, call: Call) -> bool:
        path = self._plain(call)
        return path not in {"/oauth/access_token", "/dialog/oauth", "/me/accounts", "/debug_token"}

    def _plain(self, call: Call) -> str:
        return _VERSION.sub("", call.path, count=1) or "/"

    def ids(self, call: Call) -> tuple[str, ...]:
        """The objects of a batch's requests, each as often as it is asked for."""
        entries = _batch(call)
        urls = [str(entry.get("relative_url", "")) for entry in entries or ()]
        return tuple(re.split(r"[/?]", _VERSION.sub("", f"/{url.lstrip('/')}"))[1] for url in urls)

    def answer(self, call: Call) -> Answer:
        path = self._plain(call)
        fixed = {
            "/dialog/oauth": self._consent,
            "/oauth/access_token": self._token,
            "/me/accounts": self._accounts,
            "/debug_token": self._debug,
            "/me/permissions": self._forget,
        }.get(path)
        if fixed:
            return fixed(call)
        if path == "/":
            return self._root(call)
        self._require(call.bearer)
        answer = self._node(call)
        return Answer(answer.status, answer.body, self._usage(1))

    # Numbers

    def _root(self, call: Call) -> Answer:
        """Reading many by `?ids=` is no more."""
        entries = _batch(call)
        if call.method != "POST" or entries is None:
            return graph_error(100, "(#100) Unsupported request")
        if len(entries) > 50:
            return graph_error(100, "(#100) Too many requests in batch. Limit is 50")
        self._require(call.bearer)
        trouble = self._trouble()
        headers = self._usage(len(entries))
        told = [self._entry(call, entry, trouble, at) for at, entry in enumerate(entries)]
        return Answer(200, told, headers)

    def _trouble(self) -> str:
        """A trouble of requests within a batch: `first_…` or `every_…`."""
        names = self._world.troubles[self._name].names
        return names.popleft() if names and names[0].startswith(("first_", "every_")) else ""

    def _entry(self, call: Call, entry: Mapping[str, Any], trouble: str, at: int) -> Any:
        which, _, name = trouble.partition("_")
        if which == "every" or (which == "first" and at == 0):
            answer = Answer(200, {}) if name == "empty" else self.errors.get(name)
        else:
            answer = self._inner(call, str(entry.get("relative_url", "")))
        if answer is None:
            # It ran out of time.
            return None
        told: dict[str, Any] = {"code": answer.status, "body": json.dumps(answer.body)}
        if call.form.get("include_headers", "true") != "false":
            told["headers"] = [{"name": "Content-Type", "value": "application/json"}]
        return told

    def _inner(self, call: Call, url: str) -> Answer:
        inner = call.at(url)
        try:
            self._require(inner.bearer)
            return self._node(inner)
        except WrongError as wrong:
            return wrong.answer

    def _node(self, call: Call) -> Answer:
        node, _, edge = self._plain(call).strip("/").partition("/")
        account = self.pages.get(call.bearer)
        if account is None:
            holder = self.grants.holder(call.bearer)
            account = holder.account if holder else ""
        return self._nodes.answer(account, node, edge, call.query) or no_such(node)

    def _require(self, token: str) -> None:
        if token not in self.pages and self.grants.holder(token) is None:
            raise WrongError(EXPIRED)

    def _usage(self, calls: int) -> dict[str, str]:
        """Every request of a batch counts. Calls at the limit count, too, and prolong it."""
        window = int(self._world.now()) // WINDOW_S
        limit = self._world.limit(f"{self._name}.calls", 10**9)
        before = self._counted.get(window, 0)
        self._counted[window] = before + calls
        share = (before + calls) / limit
        if share < TOLD_FROM:
            return {}
        percent, minutes = int(share * 100), 60 if before >= limit else 0
        app = {"call_count": percent, "total_time": 25, "total_cputime": 25}
        case = {"type": self._name, **app, "estimated_time_to_regain_access": minutes}
        headers = {
            "X-App-Usage": json.dumps(app),
            "X-Business-Use-Case-Usage": json.dumps({"17841400000000000": [case]}),
        }
        if before >= limit:
            raise WrongError(Answer(APP_LIMIT.status, APP_LIMIT.body, headers))
        return headers

    # Tokens

    def _consent(self, call: Call) -> Answer:
        return grants.consent(
            self._world, self._name, self.grants, call, key="client_id", separator=","
        )

    def _token(self, call: Call) -> Answer:
        query = call.query
        if (query.get("client_id"), query.get("client_secret")) != (grants.CLIENT, grants.SECRET):
            return graph_error(101, "Error validating application. Invalid application ID.")
        if query.get("grant_type") == "fb_exchange_token":
            return self._exchange(query.get("fb_exchange_token", ""))
        code = self.grants.fetch(query.get("code", ""), query.get("redirect_uri", ""))
        if code is None:
            return graph_error(100, "This authorization code has been used.", subcode=36009)
        return _told(self.grants.issue(code.account, code.scopes), self.grants.access_s)

    def _exchange(self, token: str) -> Answer:
        """A token that has ended cannot be exchanged."""
        holder = self.grants.holder(token)
        if holder is None:
            return EXPIRED
        self._world.limits[f"{self._name}.access_s"] = LONG_S
        grant = self.grants.issue(holder.account, holder.scopes, holder.family)
        del self._world.limits[f"{self._name}.access_s"]
        return _told(grant, LONG_S)

    def _accounts(self, call: Call) -> Answer:
        holder = self.grants.holder(call.bearer)
        if holder is None:
            return EXPIRED
        named = [holder.account, *self._world.also.get((self._name, holder.account), ())]
        rows = [self._page(self._world.account(self._name, one)) for one in named]
        if f"{self._name}.no_page" in self._world.flags:
            rows = []
        start = int(call.query.get("after") or 0)
        size = min(int(call.query.get("limit", 25)), self._world.limit("graph.page_size", 100))
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + size)}}
        if start + size < len(rows):
            paging["next"] = "https://graph.facebook.com/next"
        return Answer(200, {"data": rows[start : start + size], "paging": paging})

    def _page(self, account: Account) -> dict[str, Any]:
        """The token of a page has no end of its own."""
        token = f"EAAP{secrets.token_urlsafe(16)}"
        self.pages[token] = account.account_id
        page = {"name": account.name, "access_token": token, "tasks": ["ANALYZE"]}
        if f"{self._name}.no_id" in self._world.flags:
            return page
        if self._name == "facebook":
            return {"id": account.account_id, **page}
        shown = {"id": account.account_id, "username": account.name}
        personal = "instagram.personal" in self._world.flags
        business = {} if personal else {"instagram_business_account": shown}
        return {"id": account.page_id, **page, **business}

    def _debug(self, call: Call) -> Answer:
        if call.query.get("access_token") != f"{grants.CLIENT}|{grants.SECRET}":
            return graph_error(190, "Invalid OAuth access token signature.")
        holder = self.grants.holder(call.query.get("input_token", ""))
        if holder is None:
            return Answer(200, {"data": {"is_valid": False, "scopes": []}})
        data = {"is_valid": True, "scopes": list(holder.scopes)}
        return Answer(200, {"data": {**data, "expires_at": int(holder.access_ends)}})

    def _forget(self, call: Call) -> Answer:
        holder = self.grants.holder(call.bearer)
        if holder is not None:
            self.grants.end_family(holder.family)
            gone = [token for token, page in self.pages.items() if page == holder.account]
            for token in gone:
                del self.pages[token]
        return Answer(200, {"success": True})

    def end_all(self) -> None:
        """As if every user had removed the app."""
        self.grants.end_all()
        self.pages.clear()


def _batch(call: Call) -> list[Mapping[str, Any]] | None:
    try:
        entries = json.loads(call.form.get("batch", "null"))
    except ValueError:
        return None
    return entries if isinstance(entries, list) else None


def _told(grant: Grant, lives: int) -> Answer:
    told = {"access_token": grant.access, "token_type": "bearer", "expires_in": lives}
    return Answer(200, told)
