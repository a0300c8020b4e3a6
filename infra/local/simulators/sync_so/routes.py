"""What the service answers, route by route."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from infra.local.simulators.running import HEALTH
from infra.local.simulators.sync_so.contract import MODELS
from infra.local.simulators.sync_so.errors import RefusedError, catalogue, malformed, refused
from infra.local.simulators.sync_so.forms import read_form
from infra.local.simulators.sync_so.records import OPEN
from infra.local.simulators.sync_so.webhooks import secret_of
from infra.local.simulators.sync_so.wire import Handler, LostError, Raw, Reply, Routes

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _health(handler: Handler) -> Reply:
    return Reply(200, {"status": "ok"})


def _create(handler: Handler) -> Reply:
    organisation = handler.organisation("create")
    kind = handler.headers.get("Content-Type", "")
    if kind.startswith("multipart/form-data"):
        body: Any = read_form(kind, handler.body, handler.service.assets)
    else:
        body = handler.json()
    keys = handler.headers.get_all("Idempotency-Key") or []
    name = body.get("outputFileName") if isinstance(body, dict) else None
    fault = handler.faulty("create", name if isinstance(name, str) else None, *keys)
    record = handler.service.create(organisation, body, keys)
    match fault.kind if fault else None:
        case "dropped_after":
            raise LostError
        case "garbage_after":
            raise RefusedError(201, Raw(b'{"id": "'))
        case "outcome_unknown_after" if fault:
            raise handler.service.unknown_outcome(record, fault)
    return Reply(201, handler.service.show(record))


def _get(handler: Handler, generation_id: str) -> Reply:
    organisation = handler.organisation()
    if not _ID.fullmatch(generation_id):
        raise refused("invalid_generation_id")
    record = handler.service.records.get(organisation, generation_id)
    handler.faulty("get", generation_id, record.get("outputFileName"))
    query, headers = handler.query, dict[str, str]()
    if query.get("wait", ["false"])[0] == "true":
        seconds = _timeout(query)
        record = handler.service.records.await_end(organisation, generation_id, seconds)
        headers = {"X-Sync-Wait-Mode": "long_poll", "X-Sync-Wait-Timeout-Seconds": f"{seconds:g}"}
        if record["status"] in OPEN:
            headers["Retry-After"] = "2"
    return Reply(200, handler.service.read(organisation, generation_id, query), headers)


def _timeout(query: Mapping[str, list[str]]) -> float:
    if "progress" in query.get("include", []):
        raise malformed(["wait cannot be used with include=progress"])
    text = query.get("timeout", ["5"])[0]
    if not text.isdecimal() or not 1 <= int(text) <= 10:
        raise malformed(["timeout must be between 1 and 10"])
    return int(text)


def _list(handler: Handler) -> Reply:
    organisation = handler.organisation()
    handler.faulty("list")
    return Reply(200, handler.service.page(organisation, handler.query))


def _count(handler: Handler) -> Reply:
    found = handler.service.page(handler.organisation(), handler.query)
    return Reply(200, {"count": len(found)})


def _delete(handler: Handler, generation_id: str) -> Reply:
    organisation = handler.organisation()
    handler.faulty("delete", generation_id)
    handler.service.delete(organisation, generation_id)
    return Reply(204)


def _result(handler: Handler, generation_id: str) -> Reply:
    """open: what a token that has run out is answered."""
    token = handler.query.get("token", [""])[0]
    fault = handler.faulty("result", generation_id)
    if fault and fault.kind == "expired":
        handler.service.records.expire_tokens()
    record = handler.service.records.owner_of(generation_id, token)
    if record is None:
        says = {"statusCode": 403, "message": "The link has expired.", "error": "Forbidden"}
        raise RefusedError(403, says)
    if record["status"] != "COMPLETED":
        raise malformed(["the generation is not completed"])
    cut = "&cut=1" if fault and fault.kind == "truncated" else ""
    place = f"{handler.service.base}/_storage/results/{generation_id}.mp4?token={token}{cut}"
    return Reply(302, None, {"Location": place})


def _download(handler: Handler, generation_id: str) -> Reply:
    record = handler.service.records.get(handler.organisation(), generation_id)
    handler.faulty("download", generation_id)
    if record["status"] != "COMPLETED":
        raise malformed(["the generation is not completed"])
    token = handler.service.records.token(generation_id, 3_600)
    place = f"{handler.service.base}/_storage/results/{generation_id}.mp4?token={token}"
    return Reply(200, place.encode())


def _stored_result(handler: Handler, generation_id: str) -> Reply:
    token = handler.query.get("token", [""])[0]
    if handler.service.records.owner_of(generation_id, token) is None:
        raise RefusedError(403, {"message": "AccessDenied"})
    path = handler.service.work.result_of(generation_id)
    half = str(path.stat().st_size // 2)
    cut = {"X-Simulator-Truncated": half} if "cut" in handler.query else {}
    return Reply(200, headers=cut, path=path)


def _estimate(handler: Handler) -> Reply:
    organisation = handler.organisation()
    handler.faulty("estimate")
    return Reply(200, handler.service.estimate(organisation, handler.json()))


def _models(handler: Handler) -> Reply:
    handler.organisation()
    kinds = {name: "react" if name.startswith("react") else "lipsync" for name in MODELS}
    rows = [{"id": n, "name": n, "type": kind, "version": "1"} for n, kind in kinds.items()]
    return Reply(200, rows)


def _secret(handler: Handler) -> Reply:
    return Reply(200, {"secret": secret_of(handler.organisation())})


def _open_upload(handler: Handler) -> Reply:
    handler.organisation()
    return Reply(201, handler.service.assets.open_upload(handler.json()))


def _store(handler: Handler, name: str) -> Reply:
    if not handler.service.assets.store(name, handler.body):
        raise RefusedError(403, {"message": "AccessDenied"})
    return Reply(200)


def _stored_asset(handler: Handler, name: str) -> Reply:
    path = handler.service.assets.stored(name)
    if path is None:
        raise RefusedError(404, {"message": "NoSuchKey"})
    return Reply(200, path=path)


def _register(handler: Handler) -> Reply:
    organisation = handler.organisation()
    return Reply(201, handler.service.assets.register(organisation, handler.json()))


def _assets(handler: Handler) -> Reply:
    return Reply(200, handler.service.assets.page(handler.organisation()))


def _asset(handler: Handler, asset_id: str) -> Reply:
    return Reply(200, handler.service.assets.get(handler.organisation(), asset_id))


_GENERATION: Final = r"/v2/generations/([^/]+)"
ROUTES: Final[Routes] = tuple(
    (method, re.compile(pattern), answer)
    for method, pattern, answer in (
        ("GET", HEALTH, _health),
        ("GET", "/v2/healthcheck", _health),
        ("POST", "/v2/generate", _create),
        ("GET", r"/v2/generate/([^/]+)", _get),
        ("GET", "/v2/generations", _list),
        ("GET", "/v2/generations/count", _count),
        ("GET", _GENERATION, _get),
        ("DELETE", _GENERATION, _delete),
        ("GET", _GENERATION + "/result", _result),
        ("GET", _GENERATION + "/download", _download),
        ("POST", "/v2/analyze/cost", _estimate),
        ("GET", "/v2/models", _models),
        ("GET", "/v2/errors", lambda _: Reply(200, catalogue())),
        ("GET", "/v2/organizations/webhook/secret", _secret),
        ("POST", "/v2/assets/upload", _open_upload),
        ("POST", "/v2/assets", _register),
        ("GET", "/v2/assets", _assets),
        ("GET", r"/v2/assets/([^/]+)", _asset),
        ("PUT", r"/_storage/assets/([^/]+)", _store),
        ("GET", r"/_storage/assets/([^/]+)", _stored_asset),
        ("GET", r"/_storage/results/([^/]+)\.mp4", _stored_result),
    )
)
