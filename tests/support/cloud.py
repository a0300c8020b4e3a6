"""A deployed local cloud as its users see it: HTTP calls, uploads, waiting."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from infra.local.deployment import Outputs, client
from infra.local.users import LocalUser, ensure_user, token

PATIENCE_S = 90
ENDED = {"ready", "failed", "cancelled"}
NOT_WRITTEN_DOWN: Mapping[str, Any] = {"transcript": {"wanted": False}}
# urllib would call bytes a form.
PLAIN = {"Content-Type": "application/octet-stream"}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Cloud:
    """Everything a test does to the deployed stacks."""

    outputs: Outputs
    _tokens: dict[str, str] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        return client(self.outputs, service)

    def invoke(self, handler: str, event: Mapping[str, Any]) -> Any:
        """Call one of our functions by its handler, as a schedule or an event does."""
        functions = self.client("lambda")
        wanted = f"functions.handlers.{handler}.lambda_handler"
        pages = functions.get_paginator("list_functions").paginate()
        (name,) = (
            one["FunctionName"]
            for page in pages
            for one in page["Functions"]
            if one["Handler"] == wanted
        )
        reply = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        assert "FunctionError" not in reply, reply["Payload"].read()
        return json.load(reply["Payload"])

    def simulate(self, name: str, **faults: Any) -> None:
        """What is to go wrong with an outside service that is stood in for."""
        address = f"{self.outputs.simulators[name]}/_simulator/faults"
        answer = send("POST", address, json.dumps(faults).encode())
        assert answer.status == 200, answer.body

    def user(self, name: str = "pro") -> LocalUser:
        return self.outputs.user(name)

    def token(self, name: str = "pro") -> str:
        if name not in self._tokens:
            cognito = self.client("cognito-idp")
            pool_client = self.outputs.user_pool_client_id
            self._tokens[name] = token(cognito, pool_client, self.user(name))
        return self._tokens[name]

    def new_user(self, name: str, tier: str) -> str:
        """A token of a user of this test's own."""
        cognito = self.client("cognito-idp")
        user = ensure_user(cognito, self.outputs.user_pool_id, name, tier)
        return token(cognito, self.outputs.user_pool_client_id, user)

    def alone(self) -> Cloud:
        """The same, with a `pro` of one's own: nobody else moves its lists and sums."""
        cognito, name = self.client("cognito-idp"), f"alone-{uuid.uuid4()}"
        user = ensure_user(cognito, self.outputs.user_pool_id, name, "pro")
        others = [one for one in self.outputs.users if one.username != "pro"]
        known = replace(self.outputs, users=[*others, replace(user, username="pro")])
        made = Cloud(known)
        made._tokens["pro"] = token(cognito, self.outputs.user_pool_client_id, user)
        return made

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str | None = "pro",
        headers: Mapping[str, str] | None = None,
        bearer: str | None = None,
    ) -> Answer:
        """Call the API as a user; `user` None sends no token, `bearer` any text as one."""
        given = dict(headers or {})
        if bearer or user:
            given["Authorization"] = f"Bearer {bearer or self.token(user or '')}"
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            given.setdefault("Content-Type", "application/json")
        return send(method, self.outputs.api_url + path, data, given)

    def drop(self, path: Path, name: str, user: str = "pro") -> str:
        """Put a file into a user's folder, as `aws s3 cp` does; returns the key."""
        key = f"uploads/{self.user(user).user_id}/{name}"
        self.client("s3").upload_file(str(path), self.outputs.media_bucket, key)
        return key

    def video_of(self, file_name: str, user: str = "pro") -> dict[str, Any]:
        """The user's video that a dropped file became; waits for it."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            cursor = ""
            while cursor is not None:
                page = self.call("GET", f"/api/videos?limit=100{cursor}", user=user).json
                for video in page["items"]:
                    if video["file_name"] == file_name:
                        return dict(video)
                cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
            time.sleep(0.3)
        raise AssertionError(f"no video came of {file_name}")

    def announce(self, size: int, user: str = "pro", **more: Any) -> dict[str, Any]:
        """Open an upload; returns its ticket. Nobody listens to it, unless that is asked for."""
        options = {**NOT_WRITTEN_DOWN, **more.pop("options", {})}
        wanted = {"file_name": "a.mp4", "size": size, "content_type": "video/mp4", **more}
        wanted["options"] = options
        made = self.call("POST", "/api/videos/uploads", wanted, user=user)
        assert made.status == 201, made.body
        return dict(made.json)

    def upload(self, path: Path, user: str = "pro", **announced: Any) -> str:
        """Through the API: announce, PUT what is asked for, complete; returns the video id."""
        size = announced.pop("size", path.stat().st_size)
        ticket = self.announce(size, user, **{"file_name": path.name, **announced})
        send_parts(ticket, path.read_bytes())
        done = self.call("PUT", ticket["complete_url"], user=user)
        assert done.status == 202, done.body
        return str(ticket["video_id"])

    def finished(self, video_id: str, user: str = "pro") -> dict[str, Any]:
        """The video once its run has ended, well or not."""
        until = time.monotonic() + PATIENCE_S
        video: dict[str, Any] = {}
        while time.monotonic() < until:
            video = self.call("GET", f"/api/videos/{video_id}", user=user).json
            if video["status"] in ENDED:
                return video
            time.sleep(0.3)
        raise AssertionError(f"still {video.get('status')} after {PATIENCE_S} s: {video}")

    def delete(self, video_id: str, user: str = "pro") -> dict[str, Any]:
        """Have a video deleted; returns the receipt as it is then."""
        answer = self.call("DELETE", f"/api/videos/{video_id}", user=user)
        assert answer.status == 202, answer.body
        assert answer.headers["location"] == answer.json["receipt_url"]
        return dict(answer.json)

    def deleted(self, receipt: Mapping[str, Any], user: str = "pro") -> dict[str, Any]:
        """The receipt once the deletion has ended, well or not."""
        until = time.monotonic() + 2 * PATIENCE_S
        while time.monotonic() < until:
            receipt = self.call("GET", receipt["receipt_url"], user=user).json
            if receipt["state"] != "deleting":
                return dict(receipt)
            time.sleep(0.3)
        raise AssertionError(f"still {receipt['state']} after {2 * PATIENCE_S} s: {receipt}")

    def traces(self, *words: str) -> list[str]:
        """Every row of every table, and every version and upload in the bucket, with one of the
        words in it. What is told of a deletion outlives it, and is passed over."""
        found = [*self._rows(), *self._objects()]
        told = '"type":"deletion.updated"'
        return [one for one in found if told not in one and any(word in one for word in words)]

    def _rows(self) -> Iterator[str]:
        dynamodb = self.client("dynamodb")
        for listed in dynamodb.get_paginator("list_tables").paginate():
            for table in listed["TableNames"]:
                for page in dynamodb.get_paginator("scan").paginate(TableName=table):
                    yield from (f"{table}: {row}" for row in page["Items"])

    def _objects(self) -> Iterator[str]:
        s3, bucket = self.client("s3"), self.outputs.media_bucket
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            listed = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            yield from (f"object: {row['Key']}" for row in listed)
        for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
            yield from (f"upload: {row['Key']}" for row in page.get("Uploads", []))

    def run_of(self, video_id: str, user: str = "pro") -> dict[str, Any]:
        """How the video's latest run stands; the event that begins it may be on its way."""
        until = time.monotonic() + PATIENCE_S
        while True:
            answer = self.call("GET", f"/api/pipeline/status/{video_id}", user=user)
            if answer.status == 200:
                return dict(answer.json)
            assert answer.json["code"] == "pipeline.not_started", answer.body
            assert time.monotonic() < until, f"nothing began in {PATIENCE_S} s"
            time.sleep(0.2)

    def announced_key(self, video_id: str, user: str = "pro") -> str:
        """Where the bytes of an upload through the API go."""
        return f"uploads/{self.user(user).user_id}/{video_id}/source"

    def holds(self, key: str) -> bool:
        """Whether the bucket has an object of this key."""
        s3, bucket = self.client("s3"), self.outputs.media_bucket
        return bool(s3.list_objects_v2(Bucket=bucket, Prefix=key).get("Contents"))

    def segments(self, video_id: str, kind: str, user: str = "pro") -> list[dict[str, Any]]:
        """All segments of one type, by number."""
        items: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            path = f"/api/videos/{video_id}/segments?segment_type={kind}&limit=100{cursor}"
            page = self.call("GET", path, user=user).json
            items += page["items"]
            cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
        return items

    def fetch(self, segment: Mapping[str, Any], target: Path, user: str = "pro") -> Path:
        """Download a segment's file by its signed URL."""
        answer = self.call("GET", f"/api/segments/{segment['segment_id']}/download", user=user)
        target.write_bytes(send("GET", answer.json["url"]).body)
        return target


def send(
    method: str,
    url: str,
    data: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One HTTP request; an error status is an answer like any other."""
    request = urllib.request.Request(  # noqa: S310
        url, method=method, data=data, headers=dict(headers or {})
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310
            return _answer(reply.status, reply)
    except urllib.error.HTTPError as reply:
        with reply:
            return _answer(reply.code, reply)


def _answer(status: int, reply: Any) -> Answer:
    return Answer(status, {k.lower(): v for k, v in reply.headers.items()}, reply.read())


def send_parts(ticket: Mapping[str, Any], content: bytes) -> None:
    """PUT a file to the URLs of an upload ticket."""
    if ticket["method"] == "put":
        answer = send("PUT", ticket["put_url"], content, ticket["put_headers"])
        assert answer.status == 200, answer.body
        return
    size = ticket["part_size"]
    for part in ticket["parts"]:
        start = (part["part_number"] - 1) * size
        answer = send("PUT", part["url"], content[start : start + size], PLAIN)
        assert answer.status == 200, answer.body
