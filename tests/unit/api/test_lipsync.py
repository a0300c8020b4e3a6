"""The API of lip-sync: asked for in JSON or as a form, seen, cancelled, tried again, hinted at."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from functions import bootstrap_lipsync
from functions.domain.lipsync.states import LipSyncStatus
from functions.domain.times import utc_now
from functions.services.lipsync.end_lipsync import fail_lipsync
from tests.builders import USER, VIDEO
from tests.environment import FUNCTION_ENVIRONMENT
from tests.events.build import http_event
from tests.fakes.lambda_context import FakeLambdaContext
from tests.fakes.lipsync_world import LipSyncWorld
from tests.fakes.world import World
from tests.unit.api.client import Answer, Client
from tests.unit.api.promised import fits, named, resolved

CREATE = "/api/v1/sync/pro-sync-process"
HOOK = "/webhooks/sync-so"
SECRET = "whsec_test"
BODY: dict[str, Any] = {
    "video_id": VIDEO,
    "audios": [{"ref_id": "a", "file_name": "a.wav", "size": 5, "content_type": "audio/wav"}],
    "segments": [{"start_time": 1.0, "end_time": 3.0, "audio_input": {"ref_id": "a"}}],
}


class Keys:
    def webhook_secret(self, *, fresh: bool = False) -> str:
        return SECRET


class Hints:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def look_at(self, job_id: str) -> None:
        self.asked.append(job_id)


@pytest.fixture
def hints() -> Hints:
    return Hints()


@pytest.fixture
def sync(world: World, hints: Hints, monkeypatch: pytest.MonkeyPatch) -> LipSyncWorld:
    def made(thing: object, variable: str) -> Any:
        def make(name: str) -> object:
            assert name == FUNCTION_ENVIRONMENT[variable]
            return thing

        return make

    fakes = {"keys": (Keys(), "SYNC_SO_SECRET_ARN"), "hints": (hints, "POLL_FUNCTION")}
    for name, (thing, variable) in fakes.items():
        monkeypatch.setattr(bootstrap_lipsync, name, made(thing, variable))
    world.clock.now = utc_now()
    return LipSyncWorld(world=world)


def call(event: dict[str, Any]) -> Answer:
    """As the gateway calls it."""
    from functions.handlers.api.app import lambda_handler

    answer = lambda_handler(event, FakeLambdaContext())
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    return Answer(answer["statusCode"], headers, answer["body"])


def _status(job_id: str) -> str:
    return f"/api/v1/sync/pro-job/{job_id}/status"


class TestJson:
    def test_given_a_request_when_posted_then_it_is_accepted_with_places_and_cost(
        self, client: Client, sync: LipSyncWorld
    ):
        answer = client.post(CREATE, BODY)

        assert answer.status == 202, answer.text
        told = answer.json
        assert answer.headers["location"] == told["status_url"] == _status(told["job_id"])
        assert told["status"] == "awaiting_uploads"
        assert told["estimated_cost"] == {"usd": 3.0, "billed_s": 60.0, "measured": True}
        (place,) = told["uploads"]["audios"]
        assert place["put_headers"] == {
            "Content-Type": "audio/wav",
            "x-amz-meta-file-name": "a.wav",
        }
        job = sync.job(told["job_id"])
        assert (job.user_id, job.is_pro_job) == (USER, True)
        assert [(one.start, one.end) for one in job.segments_data] == [(1_000, 3_000)]

    def test_given_mistakes_when_posted_then_all_are_told_at_once(
        self, client: Client, sync: LipSyncWorld
    ):
        body = {
            **BODY,
            "segments": [
                {"start_time": 3, "end_time": 1, "audio_input": {"ref_id": "a"}},
                {"start_time": 0, "end_time": 61, "audio_input": {"ref_id": "b", "end_time": 1}},
            ],
        }

        assert client.post(CREATE, body).wrong == {
            "/segments/0/end_time": "start_after_end",
            "/segments/1/end_time": "beyond_video",
            "/segments/1/audio_input/ref_id": "unknown_ref_id",
            "/segments/1/audio_input/start_time": "half_a_crop",
        }
        assert sync.jobs.rows == {}

    def test_given_a_dry_run_when_posted_then_nothing_is_made(
        self, client: Client, sync: LipSyncWorld
    ):
        answer = client.post(CREATE, {**BODY, "dry_run": True})

        assert (answer.status, answer.json["job_id"], answer.json["dry_run"]) == (200, None, True)
        assert sync.jobs.rows == {}

    def test_given_a_video_to_send_when_posted_then_there_is_a_place_for_it(
        self, client: Client, sync: LipSyncWorld
    ):
        video = {"file_name": "s.mp4", "size": 9_000_000, "content_type": "video/mp4"}
        body = {**BODY, "video": video}
        del body["video_id"]

        told = client.post(CREATE, body).json

        assert told["uploads"]["video"]["method"] == "multipart"
        assert told["uploads"]["video"]["video_id"] == told["video_id"] == told["job_id"]
        assert client.get(f"/api/videos/{told['video_id']}").json["segmentation"]["mode"] == "none"

    def test_given_somebody_elses_video_when_posted_then_there_is_none(
        self, client: Client, sync: LipSyncWorld, monkeypatch: pytest.MonkeyPatch
    ):
        assert client.stranger.post(CREATE, BODY).code in {"video.not_found", "lipsync.tier"}


def _form(*parts: tuple[str, bytes, str | None, str]) -> tuple[bytes, str]:
    body = b""
    for name, content, file_name, kind in parts:
        named = f'; filename="{file_name}"' if file_name else ""
        head = f'--X\r\nContent-Disposition: form-data; name="{name}"{named}\r\n'
        typed = f"Content-Type: {kind}\r\n" if kind else ""
        body += f"{head}{typed}\r\n".encode() + content + b"\r\n"
    return body + b"--X--\r\n", "multipart/form-data; boundary=X"


def _post_form(body: bytes, kind: str) -> Answer:
    text = base64.b64encode(body).decode()
    event = http_event("POST", CREATE, body=text, headers={"content-type": kind}, user_id=USER)
    event["isBase64Encoded"] = True
    return call(event)


SEGMENTS = json.dumps(BODY["segments"]).encode()
SOUND = b"RIFF\r\n--X\x00 any bytes \xff\r\n\r\n"


class TestForm:
    def test_given_a_form_when_posted_then_its_files_are_stored_and_the_job_starts(
        self, client: Client, sync: LipSyncWorld
    ):
        told = _post_form(
            *_form(
                ("video", b"a video", "scene.mp4", "video/mp4"),
                ("audio", SOUND, "a.wav", "audio/wav"),
                ("segments", SEGMENTS, None, ""),
                ("title", b"Dubbed", None, ""),
            )
        )

        assert told.status == 202, told.text
        job = sync.job(told.json["job_id"])
        assert job.title == "Dubbed"
        stored = sync.world.media.objects
        assert stored[f"uploads/{USER}/lipsync/{job.video_id}/{job.job_id}/00"] == SOUND
        assert stored[f"uploads/{USER}/{job.job_id}/source"] == b"a video"
        assert told.json["uploads"] == {"video": None, "audios": []}
        # What it does with any file that arrives.
        sync.send_video(job)
        assert sync.status(job.job_id) is LipSyncStatus.QUEUED
        assert sync.runs.started == [job.job_id]

    def test_given_a_form_of_a_video_that_is_there_when_posted_then_voices_are_enough(
        self, client: Client, sync: LipSyncWorld
    ):
        told = _post_form(
            *_form(
                ("video_id", VIDEO.encode(), None, ""),
                ("audio", SOUND, "a.wav", "audio/wav"),
                ("segments", SEGMENTS, None, ""),
                ("dry_run", b"true", None, ""),
            )
        )

        assert (told.status, told.json["dry_run"]) == (200, True)

    def test_given_a_large_form_when_posted_then_it_points_to_the_json_form(
        self, client: Client, sync: LipSyncWorld
    ):
        body, kind = _form(("audio", bytes(4 * 1024 * 1024), "a.wav", "audio/wav"))

        answer = _post_form(body, kind)

        assert (answer.status, answer.code) == (413, "lipsync.form_too_large")
        assert "application/json" in answer.json["detail"]

    def test_given_wrong_parts_when_posted_then_each_is_named(
        self, client: Client, sync: LipSyncWorld
    ):
        answer = _post_form(
            *_form(
                ("segments", b"[{", None, ""),
                ("voice", b"?", None, ""),
                ("video", b"1", "1.mp4", "video/mp4"),
                ("video", b"2", "2.mp4", "video/mp4"),
            )
        )

        assert answer.wrong == {
            "/segments": "json_invalid",
            "/voice": "unknown_part",
            "/video": "repeated_part",
        }

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"nothing", "multipart/form-data; boundary=X"),
            (b"--X\r\n\r\n", "multipart/form-data"),
            (b"--X\r\nno head\r\n--X--\r\n", "multipart/form-data; boundary=X"),
            (b"--X\r\nA: b\r\n\r\nno name\r\n--X--\r\n", "multipart/form-data; boundary=X"),
        ],
    )
    def test_given_what_is_no_form_when_posted_then_it_is_refused(
        self, client: Client, sync: LipSyncWorld, body: bytes, kind: str
    ):
        assert _post_form(body, kind).wrong == {"": "form_invalid"}

    def test_given_the_document_when_a_form_is_made_by_it_then_each_part_is_one_that_is_read(
        self, client: Client, sync: LipSyncWorld
    ):
        body = named()["createLipSync"]["requestBody"]["content"]
        form = body["multipart/form-data"]["schema"]
        inner = form["properties"]["segments"]["contentSchema"]
        parts = {"video": b"v", "audio": SOUND, "segments": SEGMENTS, "audios": b"[]"}
        parts |= {"options": b"{}", "text_removal": b'{"detect": true}', "title": b"Dubbed"}
        parts |= {"model": b"sync-3", "sync_mode": b"loop", "dry_run": b"true"}

        told = _post_form(
            *_form(
                *(
                    (name, content, f"a.{name}" if name in {"video", "audio"} else None, "")
                    for name, content in parts.items()
                )
            )
        )

        assert form["properties"].keys() == {*parts, "video_id"}
        json_form = resolved(body["application/json"]["schema"])["properties"]
        assert form["properties"].keys() - {"audio"} == json_form.keys()
        assert fits(inner, json.loads(SEGMENTS)) == []
        # Files without a type are read, and refused for that alone.
        assert told.wrong == {
            "/video/content_type": "unsupported_format",
            "/audios/0/content_type": "unsupported_format",
        }

    def test_given_one_key_when_another_file_is_sent_with_it_then_it_is_refused(
        self, client: Client, sync: LipSyncWorld
    ):
        """The JSON that both stand for is the same."""
        from functions.handlers.api.lipsync_form import as_json, digest

        texts = []
        for sound in (b"12345", b"54321"):
            body, kind = _form(("audio", sound, "a.wav", "audio/wav"))
            event = http_event("POST", CREATE, body="", headers={"content-type": kind})
            event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
            read = as_json(event)
            texts.append((read["body"], digest(read)))

        assert texts[0][0] == texts[1][0]
        assert texts[0][1] != texts[1][1]


class TestSeeing:
    def test_given_a_job_when_read_then_it_tells_how_far_each_range_is(
        self, client: Client, sync: LipSyncWorld
    ):
        job = sync.submitted()

        told = client.get(_status(job.job_id)).json

        assert (told["status"], told["stage"]) == ("processing", "processing")
        assert 15 <= told["percent"] < 85
        assert [one["status"] for one in told["segments"]] == ["processing"]
        stages = [one["stage"] for one in told["timings"]]
        assert stages == ["awaiting_uploads", "queued", "submitting", "processing"]
        assert told["timings"][-1]["seconds"] is None
        assert told["result"] is None

    def test_given_a_finished_job_when_read_then_its_file_has_an_address(
        self, client: Client, sync: LipSyncWorld
    ):
        job = sync.submitted()
        sync.provider.complete(job.job_id, 60_000)
        sync.collect(job.job_id)
        segment_id = sync.finish(job.job_id)

        told = client.get(_status(job.job_id)).json

        assert (told["status"], told["percent"]) == ("completed", 100.0)
        assert told["result"]["segment_id"] == segment_id
        assert told["result"]["url"].startswith("https://")
        segment = client.get(f"/api/segments/{segment_id}").json
        assert (segment["source"], segment["lipsync_job_id"]) == ("lipsync", job.job_id)

    def test_given_a_start_that_was_lost_when_read_then_it_is_made_up_for(
        self, client: Client, sync: LipSyncWorld
    ):
        job = sync.create()
        sync.send(job)
        sync.runs.started.clear()

        client.get(_status(job.job_id))

        assert sync.runs.started == [job.job_id]

    def test_given_jobs_when_listed_then_newest_first_and_only_ones_own(
        self, client: Client, sync: LipSyncWorld
    ):
        first, second = (sync.create(title=title) for title in ("1", "2"))

        page = client.get("/api/v1/sync/pro-jobs", query={"limit": "1"}).json
        rest = client.get("/api/v1/sync/pro-jobs", query={"cursor": page["next_cursor"]}).json

        assert [one["job_id"] for one in page["items"]] == [second.job_id]
        assert [one["job_id"] for one in rest["items"]] == [first.job_id]
        assert client.stranger.get("/api/v1/sync/pro-jobs").json["items"] == []
        assert client.stranger.get(_status(first.job_id)).code == "job.not_found"

    def test_given_a_job_when_cancelled_and_retried_then_there_is_a_new_one(
        self, client: Client, sync: LipSyncWorld
    ):
        job = sync.submitted()
        place = f"/api/v1/sync/pro-job/{job.job_id}"

        cancelled = client.post(f"{place}/cancel", None)
        retried = client.post(f"{place}/retry", None)

        assert (cancelled.status, cancelled.json["status"]) == (202, "cancelled")
        assert (retried.status, retried.json["retry_of"]) == (202, job.job_id)
        assert sync.runs.stopped == [job.job_id]

    def test_given_a_failed_job_when_read_then_it_says_where_and_why(
        self, client: Client, sync: LipSyncWorld
    ):
        job = sync.submitted()
        fail_lipsync(sync.line, job.job_id, None, None)

        told = client.get(_status(job.job_id)).json

        assert (told["status"], told["stage"]) == ("failed", "processing")
        assert told["error"]["code"] == "lipsync.internal"
        assert told["percent"] < 85


def _hook(
    body: bytes, job_id: str, *, secret: str = SECRET, late: int = 0, header: str | None = None
) -> Answer:
    at = int(utc_now().timestamp()) - late
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    signed = f"t={at},v1={mac}" if header is None else header
    event = http_event("POST", HOOK, body=body.decode(), query={"job_id": job_id}, user_id=None)
    event["headers"]["sync-signature"] = signed
    event["requestContext"].pop("authorizer", None)
    return call(event)


class TestWebhook:
    def hint(self, job_id: str) -> bytes:
        return json.dumps({"id": f"generation-{job_id}", "status": "COMPLETED"}).encode()

    def test_given_a_signed_webhook_when_received_then_the_job_is_looked_at_now(
        self, client: Client, sync: LipSyncWorld, hints: Hints
    ):
        job = sync.submitted()

        answer = _hook(self.hint(job.job_id), job.job_id)

        assert (answer.status, answer.text) == (204, "")
        assert hints.asked == [job.job_id]
        assert sync.status(job.job_id) is LipSyncStatus.PROCESSING

    @pytest.mark.parametrize(
        "wrong", [{"secret": "whsec_other"}, {"late": 400}, {"late": -400}, {"header": "nonsense"}]
    )
    def test_given_a_forged_or_stale_webhook_when_received_then_it_is_refused(
        self, client: Client, sync: LipSyncWorld, hints: Hints, wrong: dict[str, Any]
    ):
        job = sync.submitted()

        answer = _hook(self.hint(job.job_id), job.job_id, **wrong)

        assert (answer.status, answer.code) == (401, "webhook.refused")
        assert hints.asked == []

    def test_given_a_webhook_of_another_generation_or_job_when_received_then_nothing_follows(
        self, client: Client, sync: LipSyncWorld, hints: Hints
    ):
        job = sync.submitted()

        answers = [
            _hook(self.hint("another"), job.job_id),
            _hook(self.hint(job.job_id), "no-such-job"),
            _hook(self.hint(job.job_id), ""),
        ]

        assert [one.status for one in answers] == [204, 204, 204]
        assert hints.asked == []
