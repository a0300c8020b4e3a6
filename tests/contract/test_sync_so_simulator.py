"""The simulator's wire, where the official client does not look: Sync.so's API v2 to the letter."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from infra.local.simulators.sync_so.server import serving
from tests.contract.sync_so import Stage, ask, stage, until

UNKNOWN = "6f1d2c3b-4a59-4e68-8b77-1c2d3e4f5a6b"
Answer = tuple[int, Mapping[str, str], Any]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("wire")) as running:
        yield running


@pytest.fixture(autouse=True)
def _as_new(there: Stage) -> None:
    ask(f"{there.url}/_simulator/faults", method="DELETE")


@pytest.fixture
def key() -> str:
    """Of an organisation of its own."""
    return f"sk-{uuid4().hex}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _call(
    url: str,
    key: str | None,
    *,
    body: Any = None,
    method: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    told = {**({"x-api-key": key} if key is not None else {}), **(headers or {})}
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=told)  # noqa: S310
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=30) as reply:
            return reply.status, reply.headers, _read(reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, _read(error.read())


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")


def _body(there: Stage, **more: Any) -> dict[str, Any]:
    return {
        "model": "lipsync-2",
        "input": [
            {"type": "video", "url": there.file("video.mp4")},
            {"type": "audio", "url": there.file("anna.wav"), "refId": "anna"},
        ],
        **more,
    }


def _create(there: Stage, key: str, idempotency: str | None = None, **more: Any) -> Answer:
    headers = {} if idempotency is None else {"Idempotency-Key": idempotency}
    body = _body(there, **more)
    return _call(f"{there.url}/v2/generate", key, body=body, headers=headers)


def _get(there: Stage, key: str, generation_id: str, query: str = "") -> Answer:
    return _call(f"{there.url}/v2/generate/{generation_id}{query}", key)


def _ended(there: Stage, key: str, generation_id: str) -> Any:
    open_ones = {"PENDING", "PROCESSING"}
    until(lambda: _get(there, key, generation_id, "?wait=true")[2]["status"] not in open_ones)
    return _get(there, key, generation_id)[2]


def test_given_no_key_and_a_wrong_one_when_asked_then_both_401_have_their_shape(there: Stage):
    nobody = _call(f"{there.url}/v2/generations", None)
    other = _call(f"{there.url}/v2/generations", "sk-revoked")

    assert nobody[0] == other[0] == 401
    assert nobody[2] == {
        "message": "Either Cookie or x-api-key header must be provided",
        "error": "Unauthorized",
        "statusCode": 401,
    }
    assert other[2] == {"message": "Unauthorized", "statusCode": 401}


def test_given_too_many_requests_when_asked_then_both_429_have_their_shape(there: Stage, key: str):
    there.set(concurrency=1, work_seconds=5.0, creates_per_minute=2)
    assert _create(there, key)[0] == 201
    taken, limited = _create(there, key), _create(there, key)

    assert taken[0] == limited[0] == 429
    assert taken[2]["errorCode"] == "concurrency_limit_reached"
    assert (taken[2]["activeGenerations"], taken[2]["concurrencyLimit"]) == (1, 1)
    assert taken[2]["retryAfterSeconds"] == 30
    assert taken[2]["upgradeUrl"].startswith("https://")
    assert limited[2] == {
        "statusCode": 429,
        "errorCode": "rate_limit_exceeded",
        "message": "Rate limit exceeded. Please try again later.",
        "error": "Too Many Requests",
    }


def test_given_a_request_when_created_then_it_is_echoed_with_201(there: Stage, key: str):
    more = {
        "options": {"sync_mode": "silence", "temperature": 0.5},
        "segments": [{"startTime": 0, "endTime": 1, "audioInput": {"refId": "anna"}}],
        "outputFileName": "shot_001",
    }
    status, _, made = _create(there, key, **more)

    assert status == 201
    assert made["status"] == "PENDING"
    assert made["createdAt"].endswith("Z")
    assert {name: made[name] for name in (*more, "model", "input")} == _body(there, **more)
    assert not [name for name in made if name.startswith("_")]


def test_given_a_key_when_it_comes_again_then_the_answer_is_of_the_same_generation(
    there: Stage, key: str
):
    first, again = _create(there, key, "k1"), _create(there, key, "k1")
    other = _create(there, key, "K1")
    changed = _create(there, key, "k1", outputFileName="another")

    assert first[0] == again[0] == other[0] == 201
    assert first[2]["id"] == again[2]["id"] != other[2]["id"]
    assert (changed[0], changed[2]["errorCode"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert _create(there, f"sk-{uuid4().hex}", "k1")[2]["id"] != first[2]["id"]


@pytest.mark.parametrize("wrong", ["", "a b", "x" * 129, "schlüssel"])
def test_given_a_malformed_key_when_created_then_it_is_refused(there: Stage, key: str, wrong: str):
    status, _, body = _create(there, key, wrong)

    assert (status, body["errorCode"]) == (400, "INVALID_IDEMPOTENCY_KEY")


def test_given_two_keys_when_created_then_it_is_refused(there: Stage, key: str):
    wire = http.client.HTTPConnection(there.url.removeprefix("http://"), timeout=10)
    with closing(wire):
        wire.putrequest("POST", "/v2/generate")
        for name in ("k1", "k1"):
            wire.putheader("Idempotency-Key", name)
        body = json.dumps(_body(there)).encode()
        wire.putheader("x-api-key", key)
        wire.putheader("Content-Length", str(len(body)))
        wire.endheaders(body)
        answer = wire.getresponse()
        told = json.loads(answer.read())

    assert (answer.status, told["errorCode"]) == (400, "INVALID_IDEMPOTENCY_KEY")


def test_given_a_refused_request_when_it_comes_again_then_its_key_is_still_free(
    there: Stage, key: str
):
    gone = [{"type": "video", "url": there.file("none.mp4")}, _body(there)["input"][1]]
    refused = _create(there, key, "k1", input=gone)

    assert (refused[0], refused[2]["errorCode"]) == (422, "generation_input_video_inaccessible")
    assert refused[2]["suggestion"]
    assert _create(there, key, "k1")[0] == 201


def test_given_wait_when_it_runs_out_then_it_is_200_with_its_headers(there: Stage, key: str):
    there.set(work_seconds=3.0)
    made = _create(there, key)[2]["id"]
    status, headers, body = _get(there, key, made, "?wait=true&timeout=1")
    assert status == 200
    assert body["status"] in {"PENDING", "PROCESSING"}
    assert headers["Retry-After"] == "2"
    assert headers["X-Sync-Wait-Mode"] == "long_poll"
    assert headers["X-Sync-Wait-Timeout-Seconds"] == "1"
    assert _ended(there, key, made)["status"] == "COMPLETED"
    status, headers, body = _get(there, key, made, "?wait=true&timeout=10")
    assert body["status"] == "COMPLETED"
    assert "Retry-After" not in headers


@pytest.mark.parametrize("query", ["timeout=0", "timeout=11", "timeout=x", "include=progress"])
def test_given_a_wait_that_is_not_allowed_when_asked_then_it_is_400(
    there: Stage, key: str, query: str
):
    made = _create(there, key)[2]["id"]

    assert _get(there, key, made, f"?wait=true&{query}")[0] == 400


def test_given_progress_when_included_then_only_then_it_is_told(there: Stage, key: str):
    there.set(work_seconds=3.0)
    made = _create(there, key)[2]["id"]

    assert 0 <= _get(there, key, made, "?include=progress")[2]["progress_percent"] < 100
    assert "progress_percent" not in _get(there, key, made)[2]


def test_given_an_unknown_or_foreign_id_when_asked_then_it_is_404(there: Stage, key: str):
    made = _create(there, key)[2]["id"]

    for owner, asked in ((key, UNKNOWN), (f"sk-{uuid4().hex}", made)):
        status, _, body = _get(there, owner, asked)
        assert (status, body["errorCode"]) == (404, "generation_not_found")
    assert _get(there, key, "not-an-id")[2]["errorCode"] == "invalid_generation_id"
    assert _call(f"{there.url}/v2/generations/{made}", key)[2]["id"] == made
    assert _call(f"{there.url}/v2/generate/{made}/cancel", key, body={})[0] == 404


def test_given_a_result_when_its_url_is_followed_then_only_its_token_opens_it(
    there: Stage, key: str
):
    made = _create(there, key)[2]["id"]
    url = _ended(there, key, made)["outputUrl"]

    assert url.startswith(f"{there.url}/v2/generations/{made}/result?token=")
    status, headers, _ = _call(url, None)
    assert status == 302
    assert _call(headers["Location"], None)[0] == 200
    assert _call(url[:-1], None)[0] == 403
    assert _call(url.partition("?")[0], None)[0] == 403
    there.set(result_seconds=0.0)
    assert _call(_get(there, key, made)[2]["outputUrl"], None)[0] == 403


def test_given_a_result_when_downloaded_then_its_url_is_plain_text(there: Stage, key: str):
    made = _create(there, key)[2]["id"]
    _ended(there, key, made)
    status, headers, url = _call(f"{there.url}/v2/generations/{made}/download", key)

    assert (status, headers["Content-Type"]) == (200, "text/plain")
    assert _call(url.strip(), None)[0] == 200


def test_given_generations_when_listed_by_pages_then_each_comes_once_newest_first(
    there: Stage, key: str
):
    there.set(concurrency=10)
    made = [_create(there, key)[2]["id"] for _ in range(5)]
    base, found, cursor = f"{there.url}/v2/generations", list[str](), ""
    while page := _call(f"{base}?limit=2{cursor}", key)[2]:
        found += [one["id"] for one in page]
        cursor = f"&cursor={found[-1]}"

    assert found == made[::-1]
    assert _call(f"{base}/count", key)[2] == {"count": 5}
    both = f"{made[0]},{made[1]}"
    assert {one["id"] for one in _call(f"{base}?ids={both}", key)[2]} == set(made[:2])
    for wrong in ("limit=0", "limit=101", "limit=x", f"cursor={made[0]}", "status=DONE"):
        assert _call(f"{base}?{wrong}", key)[0] == 400, wrong


def test_given_a_generation_when_deleted_then_only_once_it_is_over(there: Stage, key: str):
    there.set(work_seconds=3.0)
    made = _create(there, key)[2]["id"]
    url = f"{there.url}/v2/generations/{made}"
    early = _call(url, key, method="DELETE")
    _ended(there, key, made)

    assert (early[0], early[2]["errorCode"]) == (409, "generation_not_deletable_while_processing")
    assert _call(url, key, method="DELETE")[0] == 204
    assert _get(there, key, made)[0] == 404
    assert _call(url, key, method="DELETE")[0] == 404


def test_given_a_public_catalogue_when_read_then_no_key_is_needed(there: Stage):
    status, _, rows = _call(f"{there.url}/v2/errors", None)

    assert status == 200
    assert {"rate_limit_exceeded", "concurrency_limit_reached"} <= {row["code"] for row in rows}
    assert all(set(row) == {"code", "message", "suggestion"} for row in rows)


def test_given_an_asset_when_put_and_registered_then_its_id_stands_for_a_url(
    there: Stage, key: str
):
    content = (there.folder / "video.mp4").read_bytes()
    told = {"fileName": "v.mp4", "contentType": "video/mp4", "size": len(content)}
    status, _, place = _call(f"{there.url}/v2/assets/upload", key, body=told)
    assert (status, place["expiresIn"]) == (201, 604_800)
    assert _call(place["uploadUrl"], None, body=content, method="PUT")[0] == 200
    registered = {"url": place["url"], "type": "VIDEO"}
    asset = _call(f"{there.url}/v2/assets", key, body=registered)[2]
    voice = _body(there)["input"][1]
    made = _create(there, key, input=[{"type": "video", "assetId": asset["id"]}, voice])

    assert made[0] == 201
    assert _ended(there, key, made[2]["id"])["status"] == "COMPLETED"
    foreign = _create(
        there, f"sk-{uuid4().hex}", input=[{"type": "video", "assetId": asset["id"]}, voice]
    )
    assert foreign[2]["errorCode"] == "asset_not_found"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"model": None}, "model must be"),
        ({"input": [{"type": "video"}]}, "must have a url or an assetId"),
        ({"input": [{"type": "video", "url": "file:///etc/passwd"}]}, "must be a URL"),
        ({"input": [{"type": "text", "provider": {"name": "other"}}]}, "must be elevenlabs"),
        ({"webhookUrl": "http://app.test/hook"}, "webhookUrl"),
        ({"outputFileName": "../x"}, "outputFileName"),
        ({"segments": []}, "segments must be"),
        ({"segments": [{"startTime": "0", "endTime": 1}]}, "startTime must be a number"),
        ({"options": []}, "options must be an object"),
        ({"options": {"temperature": True}}, "temperature"),
    ],
)
def test_given_a_malformed_request_when_created_then_its_message_is_a_list(
    there: Stage, key: str, more: dict[str, Any], says: str
):
    status, _, body = _create(there, key, **more)

    assert (status, body["error"]) == (400, "Bad Request")
    assert any(says in one for one in body["message"])


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"segments": [{"startTime": 0, "endTime": 1, "audioInput": {"refId": "anna",
          "startTime": 1}}]}, "generation_input_trim_invalid"),
        ({"segments": [{"startTime": -1, "endTime": 1, "audioInput": {"refId": "anna"}}]},
         "generation_input_segments_invalid"),
        ({"model": "lipsync-2", "input": [{"type": "audio", "url": "https://a.test/a"}]},
         "generation_video_missing"),
        ({"input": [{"type": "video", "url": "https://a.test/v"}]}, "generation_audio_missing"),
        ({"input": [{"type": "image", "url": "https://a.test/v"},
                    {"type": "audio", "url": "https://a.test/a"}]},
         "generation_input_validation_failed"),
        ({"input": [{"type": "video", "url": "https://a.test/v"},
                    {"type": "audio", "url": "https://a.test/a"},
                    {"type": "audio", "url": "https://a.test/b"}]},
         "generation_input_segments_invalid"),
        ({"input": [{"type": "video", "url": "https://a.test/v"}] * 2},
         "generation_input_too_many_visual"),
        ({"input": [{"type": "video", "url": "https://a.test/v"},
                    {"type": "text", "provider": {"name": "elevenlabs", "voiceId": "v",
                                                  "script": "x" * 5_001}}]},
         "generation_text_length_exceeded"),
    ],
)  # fmt: skip
def test_given_what_does_not_go_together_when_created_then_it_has_its_code(
    there: Stage, key: str, more: dict[str, Any], code: str
):
    status, _, body = _create(there, key, **more)

    assert (status, body["errorCode"]) == (400, code)


def test_given_a_range_or_a_crop_beyond_its_file_when_made_then_it_fails(there: Stage, key: str):
    def segment(end: float, crop: float) -> dict[str, Any]:
        audio = {"refId": "anna", "startTime": 0, "endTime": crop}
        return {"segments": [{"startTime": 0, "endTime": end, "audioInput": audio}]}

    video = _create(there, key, **segment(7.0, 1.0))[2]["id"]
    voice = _create(there, key, **segment(1.0, 4.0))[2]["id"]

    ended = [_ended(there, key, one) for one in (video, voice)]
    assert [one["status"] for one in ended] == ["FAILED"] * 2
    assert [one["errorCode"] for one in ended] == [
        "generation_input_segments_invalid",
        "generation_input_trim_invalid",
    ]


def test_given_a_form_that_is_too_large_when_sent_then_it_is_413(there: Stage, key: str):
    there.set(form_bytes=1_000)
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    status, _, body = _call(
        f"{there.url}/v2/generate", key, body=b"x" * 2_000, headers=kind, method="POST"
    )

    assert (status, body["errorCode"]) == (413, "generation_input_validation_failed")


def test_given_a_restart_when_asked_then_what_was_made_is_there_and_what_went_on_ends(
    there: Stage, key: str, tmp_path: Path
):
    with serving(tmp_path) as first:
        one = Stage(first, there.files, there.folder)
        done = _create(one, key, "k1")[2]["id"]
        _ended(one, key, done)
        one.expect({"on": "work", "kind": "stuck"})
        open_one = _create(one, key, "k2")[2]["id"]
        until(lambda: _get(one, key, open_one)[2]["status"] == "PROCESSING")
    with serving(tmp_path) as second:
        two = Stage(second, there.files, there.folder)
        assert _ended(two, key, done)["status"] == "COMPLETED"
        assert _create(two, key, "k1")[2]["id"] == done
        assert _ended(two, key, open_one)["status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"faults": [{"on": "create", "kind": "no-such"}]}),
        ("faults", {"faults": [{"on": "nowhere", "kind": "slow"}]}),
        ("faults", {}),
        ("settings", {"no_such": 1}),
    ],
)
def test_given_a_fault_that_is_none_when_asked_for_then_the_test_is_told(
    there: Stage, path: str, body: Any
):
    assert _call(f"{there.url}/_simulator/{path}", None, body=body)[0] == 400
