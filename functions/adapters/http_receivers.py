"""Receivers of webhooks: https on the public internet, and what one machine's settings open."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Final

from functions.adapters.guarded_http import REDIRECTS, GuardedHttp, Patience
from functions.adapters.guarded_network import FetchError, Trouble
from functions.domain.ingests.addresses import AddressRules
from functions.domain.ingests.web_urls import UrlError, WebUrl
from functions.domain.webhooks.ports import Posted, ReceiverError
from functions.domain.webhooks.urls import receiver_url
from functions.domain.webhooks.webhook import Fault

PATIENCE: Final = Patience(connect_s=5, head_s=10, idle_s=10)
# A subscription is not kept waiting for a name server that hangs.
LOOKING_UP: Final = Patience(head_s=3)
_FAULTS: Final = {
    Trouble.REFUSED: Fault.REFUSED_ADDRESS,
    Trouble.UNREACHABLE: Fault.UNREACHABLE,
    Trouble.CERTIFICATE: Fault.CERTIFICATE,
    Trouble.TOO_SLOW: Fault.TIMEOUT,
    Trouble.INTERRUPTED: Fault.BAD_ANSWER,
    Trouble.BAD_ANSWER: Fault.BAD_ANSWER,
    Trouble.REDIRECTS: Fault.REDIRECT,
}


class HttpReceivers:
    """`http` posts and `names` only looks up; both know the same rules."""

    def __init__(self, rules: AddressRules, http: GuardedHttp, names: GuardedHttp) -> None:
        self._rules, self._http, self._names = rules, http, names

    def check(self, url: str) -> None:
        read = receiver_url(url, self._rules)
        try:
            self._names.check(read)
        except FetchError as error:
            if error.trouble is Trouble.REFUSED:
                says = "The host leads to an address that is not on the public internet."
                raise UrlError("url_address", says) from error

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        try:
            answer = self._http.post(self._read(url), headers, body)
        except FetchError as error:
            raise ReceiverError(_FAULTS[error.trouble]) from error
        if answer.status in REDIRECTS:
            raise ReceiverError(Fault.REDIRECT, answer.status)
        return Posted(answer.status, _asked(answer.headers.get("retry-after")))

    def _read(self, url: str) -> WebUrl:
        """Rules may have become stricter since the URL was taken."""
        try:
            return receiver_url(url, self._rules)
        except UrlError as error:
            raise ReceiverError(Fault.REFUSED_ADDRESS) from error


def guarded_receivers(rules: AddressRules) -> HttpReceivers:
    patient, hurried = (
        GuardedHttp(rules, patience=PATIENCE),
        GuardedHttp(rules, patience=LOOKING_UP),
    )
    return HttpReceivers(rules, patient, hurried)


def _asked(text: str | None) -> timedelta | None:
    """Seconds; a date in the header is passed over."""
    with suppress(ValueError, OverflowError):
        return timedelta(seconds=max(0, min(int(text or ""), 86_400)))
    return None
