"""Following what happens, as front ends do it: over SSE and a WebSocket, on lines that break."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.media import odd
from tests.support.cloud import Cloud, send
from tests.support.cutting_proxy import CuttingProxy, cutting_proxy
from tests.support.following import Socket, Source, ended, logged, parsed, running, ticket, until


@pytest.fixture(scope="module")
def own(cloud: Cloud) -> Cloud:
    """A user of whom nobody else's tests make events."""
    return cloud.alone()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return odd.tiny(tmp_path_factory.mktemp("live") / "source.mp4")


@pytest.fixture(scope="module")
def told(own: Cloud, source: Path) -> str:
    """A video of which a whole run was told."""
    video_id = own.upload(source)
    assert own.finished(video_id)["status"] == "ready"
    until(lambda: ended(logged(own), video_id), "its end is not told")
    return video_id


def test_given_a_run_when_followed_over_lines_that_break_then_every_event_comes_once_in_order(
    own: Cloud, source: Path
) -> None:
    host, _, port = own.outputs.aws_endpoint_url.removeprefix("http://").partition(":")
    with cutting_proxy(host, int(port)) as proxy:
        path = own.outputs.api_url.removeprefix(own.outputs.aws_endpoint_url)
        near = f"http://127.0.0.1:{proxy.port}"
        # At the end its last answer is waited for.
        given = ticket(own, "event_source")
        stream = Source(f"{near}{path}/api/events?ticket={given}&wait=4")
        where = own.outputs.socket_url.removeprefix(f"ws://{host}:{port}")
        socket = Socket(
            lambda: f"ws://127.0.0.1:{proxy.port}{where}?ticket={ticket(own, 'websocket')}"
        )
        with running(stream, socket):
            until(lambda: stream.last_id and socket.others, "nobody is connected")
            first = int(stream.last_id), socket.last
            video_id = own.upload(source)
            for wanted in (1, 6, 12):
                until(lambda: len(socket.events) >= wanted, "nothing comes")  # noqa: B023
                _cut(proxy, stream, socket)
            until(lambda: ended(stream.events, video_id), "no end over SSE")
            until(lambda: ended(socket.events, video_id), "no end over the WebSocket")
            own.finished(video_id)
            # Of segments another stream tells, which may be later.
            until(lambda: made_of(logged(own), video_id) == _rows(own, video_id), "a row is untold")
            last = logged(own)[-1]["sequence"]
            until(lambda: int(stream.last_id) >= last, "SSE stays behind")
            until(lambda: (socket.last or 0) >= last, "the WebSocket stays behind")

    log = logged(own)
    assert stream.lost >= 3
    assert socket.connected >= 4
    for begun, seen, events in (
        (first[0], int(stream.last_id), stream.events),
        (first[1] or 0, socket.last or 0, socket.events),
    ):
        assert events == [one for one in log if begun < one["sequence"] <= seen]
    assert [one["sequence"] for one in log] == list(range(1, len(log) + 1))
    _of_a_whole_run(own, log, video_id)


def made_of(log: list[dict[str, Any]], video_id: str) -> set[str]:
    created = [one for one in log if one["type"] == "segment.created"]
    return {one["subject_id"] for one in created if one["video_id"] == video_id}


def _rows(own: Cloud, video_id: str) -> set[str]:
    kinds = ("processed", "original", "thumbnail", "audio")
    return {row["segment_id"] for kind in kinds for row in own.segments(video_id, kind)}


def _cut(proxy: CuttingProxy, stream: Source, socket: Socket) -> None:
    """Both lose their lines, and come back."""
    lost, connected = stream.lost, socket.connected
    until(lambda: proxy.cut() > 0 and stream.lost > lost, "nothing is followed over SSE")
    until(lambda: socket.connected > connected, "nobody comes back")


def _of_a_whole_run(own: Cloud, log: list[dict[str, Any]], video_id: str) -> None:
    """No change without an event, no event without a change."""
    of_video = [one for one in log if one["video_id"] == video_id]
    assert made_of(log, video_id) == _rows(own, video_id)
    percents = [one["data"]["percent"] for one in of_video if "percent" in one["data"]]
    assert percents == sorted(percents)
    assert percents[-1] == 100.0
    statuses = [one["data"]["status"] for one in of_video if one["type"].startswith("video.")]
    assert statuses[0] == "uploading"
    assert statuses[-1] == "ready"
    finished = {
        one["data"]["stage"]
        for one in of_video
        if one["type"] == "stage.updated" and one["data"]["state"] == "finished"
    }
    assert finished >= {"claim", "probe", "plan", "cut", "audio", "finish"}


def test_given_one_video_when_only_it_is_followed_then_nothing_else_is_told(
    own: Cloud, told: str
) -> None:
    own.announce(1_000)
    log = logged(own)

    assert logged(own, video_id=told) == [one for one in log if one["video_id"] == told]
    assert logged(own, video_id="another") == []


def test_given_somebody_elses_log_when_asked_for_then_it_is_their_own(
    own: Cloud, cloud: Cloud, told: str
) -> None:
    mine = {one["id"] for one in logged(own)}
    theirs = {one["id"] for one in logged(cloud, "pro2")}

    assert told in {one["video_id"] for one in logged(own)}
    assert not mine & theirs


@pytest.mark.parametrize("query", ["", "?ticket=", "?ticket=nobody.x", "?ticket=%00", "?ticket=a"])
def test_given_no_ticket_that_is_good_when_an_event_source_comes_then_it_is_refused(
    cloud: Cloud, query: str
) -> None:
    assert cloud.call("GET", f"/api/events{query}", user=None).status in {401, 403}


def test_given_a_ticket_when_used_for_something_else_then_it_opens_nothing(own: Cloud) -> None:
    of_socket = ticket(own, "websocket")
    of_source = ticket(own, "event_source")

    assert own.call("GET", f"/api/events?ticket={of_socket}", user=None).status in {401, 403}
    refused = own.call("GET", "/api/videos", user=None, headers={"Authorization": of_source})
    assert refused.status == 401
    assert send("GET", f"{own.outputs.api_url}/api/videos?ticket={of_source}").status == 401


async def _opened(url: str, protocols: tuple[str, ...]) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(url, protocols=protocols):
        pass


def connects(cloud: Cloud, *protocols: str, query: str = "") -> bool:
    """The local cloud answers with no subprotocol: `tests/unit/handlers/test_socket.py` does."""
    try:
        asyncio.run(_opened(cloud.outputs.socket_url + query, protocols))
    except aiohttp.WSServerHandshakeError as error:
        if error.status in {401, 403, 429}:
            return False
        raise
    return True


def test_given_a_token_or_a_ticket_when_a_socket_comes_then_it_is_let_in_and_a_ticket_once(
    own: Cloud,
) -> None:
    once, other = ticket(own, "websocket"), ticket(own, "websocket")

    assert connects(own, "cutroom.v1", f"bearer.{own.token()}")
    assert connects(own, "cutroom.v1", f"ticket.{once}")
    assert not connects(own, "cutroom.v1", f"ticket.{once}")
    assert connects(own, query=f"?ticket={other}")
    assert not connects(own, query=f"?ticket={other}")
    assert not connects(own, "cutroom.v1", f"ticket.{ticket(own, 'event_source')}")
    assert not connects(own, "cutroom.v1")
    assert not connects(own, "cutroom.v1", f"bearer.{own.token()[:-4]}AAAA")


def test_given_an_answer_when_nothing_is_new_then_it_is_a_comment_and_ends_in_time(
    cloud: Cloud,
) -> None:
    own = cloud.alone()
    last = 0
    began = time.monotonic()

    answer = own.call("GET", f"/api/events?after={last}&wait=2")

    assert 2 <= time.monotonic() - began < 28
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"].startswith("no-cache")
    assert b": nothing new\n\n" in answer.body
    assert parsed(answer.body.decode())[-1]["id"] == str(last)


@pytest.mark.parametrize("query", ["after=x", "wait=21", "wait=-1", "video_id=", "after=-1"])
def test_given_nonsense_when_asked_for_then_it_is_named(own: Cloud, query: str) -> None:
    answer = own.call("GET", f"/api/events?{query}")

    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == f"/{query.partition('=')[0]}"


def test_given_a_number_that_is_not_of_the_log_when_asked_for_then_read_anew(own: Cloud) -> None:
    answer = own.call("GET", "/api/events?after=999999&wait=0")

    assert parsed(answer.body.decode())[0]["event"] == "resync"


def test_given_a_tier_when_its_tickets_are_used_up_then_one_more_is_refused(cloud: Cloud) -> None:
    token = cloud.new_user("tickets", "free")
    wanted = {"use": "event_source"}

    statuses = [
        cloud.call("POST", "/api/events/tickets", wanted, bearer=token).status for _ in range(4)
    ]

    assert statuses == [201, 201, 201, 429]


def test_given_the_bus_when_something_happens_then_other_applications_are_told(
    own: Cloud,
) -> None:
    events, sqs = own.client("events"), own.client("sqs")
    queue = sqs.create_queue(QueueName="others")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    bus = own.outputs.event_bus
    pattern = json.dumps({"source": ["cutroom"], "detail": {"user_id": [own.user().user_id]}})
    events.put_rule(Name="others", EventBusName=bus, EventPattern=pattern)
    target = {"Id": "queue", "Arn": arn["QueueArn"]}
    events.put_targets(Rule="others", EventBusName=bus, Targets=[target])
    video_id = own.announce(1_000)["video_id"]
    until(lambda: logged(own, video_id=video_id), "nothing was recorded")
    told: list[dict[str, Any]] = []

    def heard() -> bool:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1, MaxNumberOfMessages=10)
        told.extend(json.loads(it["Body"]) for it in answer.get("Messages", []))
        return any(it["detail"]["video_id"] == video_id for it in told)

    until(heard, "the bus is silent")
    (mine,) = (it for it in told if it["detail"]["video_id"] == video_id)
    (known,) = (it for it in logged(own) if it["video_id"] == video_id)
    assert mine["detail-type"] == "video.created"
    assert mine["detail"] == {**known, "user_id": own.user().user_id}


def test_given_a_video_when_deleted_then_its_events_end_and_its_receipt_is_told(
    cloud: Cloud, source: Path
) -> None:
    own = cloud.alone()
    video_id = own.upload(source)
    assert own.finished(video_id)["status"] == "ready"
    other = own.announce(1_000)["video_id"]
    until(lambda: ended(logged(own), video_id), "its end is not told")
    until(lambda: logged(own, video_id=other), "another video is not told")
    before = logged(own)[-1]["sequence"]
    others = [one["id"] for one in logged(own, video_id=other)]

    receipt = own.deleted(own.delete(video_id))

    assert receipt["state"] == "deleted"

    def ended_with_receipt() -> bool:
        return [it["data"]["state"] for it in logged(own, video_id=video_id)] == [
            "deleting",
            "deleted",
        ]

    until(ended_with_receipt, "the receipt is not told, or more is")
    after = logged(own)
    assert {one["type"] for one in after if one["video_id"] == video_id} == {"deletion.updated"}
    assert [one["id"] for one in after if one["video_id"] != video_id] == others
    # What is left out leaves its numbers: those that follow are later, and none is given twice.
    numbers = [one["sequence"] for one in after]
    assert numbers == sorted(set(numbers))
    assert numbers[-2] > before
    assert after[-1]["data"]["state"] == "deleted"
