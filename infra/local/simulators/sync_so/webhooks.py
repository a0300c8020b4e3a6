"""Webhooks: signed as the service signs, sent once, and wrong in the ways that are asked for."""

from __future__ import annotations

import hmac
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from infra.local.simulators.sync_so.faults import EARLY, ENDING, Fault, Switchboard

HEADER: Final = "Sync-Signature"
_TIMEOUT_S: Final = 10
_STALE_S: Final = 3_600
_OMITTED: Final = ("segments", "errorCode", "outputFileName", "projectId", "progress_percent")
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def secret_of(organisation: str) -> str:
    """The same for an organisation's life: `sk-local` signs with `whsec_local`, so that whoever
    deploys to one machine knows it."""
    return "whsec_" + organisation.removeprefix("sk-")


def signature(secret: str, body: bytes, at: int) -> str:
    """Source: its guide to webhooks; the whole secret is the key."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at},v1={signed}"


def notification(shown: Mapping[str, Any]) -> dict[str, Any]:
    """What a GET tells, as a webhook says it: other names, and no segments."""
    body = {name: value for name, value in shown.items() if name not in _OMITTED}
    if "errorCode" in shown:
        body["error_code"] = shown["errorCode"]
    return body


class Webhooks:
    """`sent` is what went out, with the status that came back, None where nobody answered."""

    def __init__(self, switch: Switchboard) -> None:
        self._switch = switch
        self._lock = threading.Lock()
        self.sent: list[dict[str, Any]] = []

    def tell(self, organisation: str, shown: Mapping[str, Any]) -> None:
        """Not tried again: its delivery is best effort. open: whether a rejection is told of; here
        it is not."""
        url = shown.get("webhookUrl")
        if not url or shown["status"] == "REJECTED":
            return
        names = (shown["id"], shown.get("outputFileName"))
        fault = self._switch.take("webhook", *names, kinds=ENDING)
        kind = fault.kind if fault else None
        if fault and kind in {"late", "lost"}:
            time.sleep(fault.seconds)
        if kind == "lost":
            return
        body = _body(notification(shown), fault)
        secret = "whsec_of_somebody_else" if kind == "forged" else secret_of(organisation)
        at = int(time.time()) - (_STALE_S if kind == "stale" else 0)
        for _ in range(1 + (fault.count if fault and kind == "duplicate" else 0)):
            self._post(url, body, signature(secret, body, at), shown["id"])

    def tell_early(self, organisation: str, shown: Mapping[str, Any]) -> None:
        """If that is asked for: well signed, and not so."""
        names = (shown["id"], shown.get("outputFileName"))
        if shown.get("webhookUrl") and self._switch.take("webhook", *names, kinds=EARLY):
            body = _body({**notification(shown), "status": "COMPLETED"}, None)
            sign = signature(secret_of(organisation), body, int(time.time()))
            self._post(shown["webhookUrl"], body, sign, shown["id"])

    def _post(self, url: str, body: bytes, sign: str, generation_id: str) -> None:
        headers = {"Content-Type": "application/json", HEADER: sign}
        request = urllib.request.Request(url, data=body, headers=headers, method="POST")
        status: int | None = None
        try:
            with _DIRECT.open(request, timeout=_TIMEOUT_S) as reply:
                status = reply.status
        except urllib.error.HTTPError as error:
            status = error.code
        except (OSError, ValueError):
            status = None
        with self._lock:
            self.sent.append({"id": generation_id, "status": status, "at": time.time()})


def _body(told: dict[str, Any], fault: Fault | None) -> bytes:
    kind = fault.kind if fault else None
    if kind == "lying":
        # Rightly signed, and wrong: whoever believes it fetches from elsewhere.
        told = {**told, "status": "COMPLETED", "outputUrl": "http://169.254.169.254/latest/"}
    if kind == "unexplained":
        told = {**told, "error": "", "error_code": ""}
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()
