"""Every route of the table, called by whoever must not: a new route is asked here by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.routes import ABSENT, BATCHES, OF_THE_CALLER, Owned, Route, table
from tests.e2e.test_tokens import expired
from tests.media import odd
from tests.support.cloud import Answer, Cloud


@pytest.fixture(scope="module")
def routes(cloud: Cloud) -> list[Route]:
    found = table(cloud)
    assert len(found) >= 20
    return found


@pytest.fixture(scope="module")
def theirs(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Owned:
    """What `pro` owns."""
    folder: Path = tmp_path_factory.mktemp("theirs")
    video_id = cloud.upload(odd.tiny(folder / "mine.mp4"))
    cloud.finished(video_id)
    (segment,) = cloud.segments(video_id, "processed")
    deletion = cloud.delete(cloud.announce(1000)["video_id"])
    upload = cloud.announce(1000)["video_id"]
    asked = {"url": "https://hooks.invalid/in", "events": ["account.updated"]}
    webhook = cloud.call("POST", "/api/webhooks", asked).json["webhook_id"]
    delivery = cloud.call("POST", f"/api/webhooks/{webhook}/test").json["delivery_id"]
    sync = cloud.call("POST", "/api/social/sync").json["sync_id"]
    return Owned(
        video_id,
        segment["segment_id"],
        upload,
        deletion["deletion_id"],
        webhook=webhook,
        delivery=delivery,
        sync=sync,
    )


def _call(cloud: Cloud, route: Route, owned: Owned, **who: str | None) -> Answer:
    return cloud.call(route.method, route.at(owned), route.body(owned), **who)


def test_given_no_token_when_any_route_is_called_then_it_is_unauthorized(
    cloud: Cloud, routes: list[Route], theirs: Owned
) -> None:
    answers = {route: _call(cloud, route, theirs, user=None).status for route in routes}

    assert set(answers.values()) == {401}, answers


def test_given_an_expired_token_when_any_route_is_called_then_it_is_unauthorized(
    cloud: Cloud, cloud_home: Path, routes: list[Route], theirs: Owned
) -> None:
    old = expired(cloud, cloud_home)

    answers = {route: _call(cloud, route, theirs, bearer=old).status for route in routes}

    assert set(answers.values()) == {401}, answers


def test_given_another_users_id_when_any_route_is_called_with_it_then_it_looks_absent(
    cloud: Cloud, routes: list[Route], theirs: Owned
) -> None:
    for route in routes:
        if not route.names_a_thing() or route.operation in BATCHES:
            continue

        foreign = _call(cloud, route, theirs, user="pro2")
        absent = _call(cloud, route, ABSENT, user="pro2")

        assert (foreign.status, absent.status) == (404, 404), (route, foreign.body)
        assert foreign.headers["content-type"] == "application/problem+json"
        assert foreign.json == absent.json


def test_given_another_users_id_when_it_is_one_of_a_batch_then_that_item_looks_absent(
    cloud: Cloud, routes: list[Route], theirs: Owned
) -> None:
    for route in routes:
        if route.operation in BATCHES:
            foreign = _call(cloud, route, theirs, user="pro2").json
            absent = _call(cloud, route, ABSENT, user="pro2").json

            assert foreign == absent
            assert [item["status"] for item in foreign["results"]] == [404]


def test_given_a_route_without_ids_when_another_user_calls_then_nothing_of_ours_is_told(
    cloud: Cloud, routes: list[Route], theirs: Owned
) -> None:
    rest = [route for route in routes if not route.names_a_thing()]

    assert {route.operation for route in rest} == OF_THE_CALLER
    for route in rest:
        told = json.dumps(_call(cloud, route, theirs, user="pro2").json)
        assert theirs.video not in told
        assert theirs.segment not in told


def test_given_another_users_video_when_segments_are_filtered_by_it_then_it_looks_absent(
    cloud: Cloud, theirs: Owned
) -> None:
    assert cloud.call("GET", f"/api/segments?video_id={theirs.video}", user="pro2").status == 404


def test_given_everything_was_tried_when_the_owner_looks_then_all_is_as_before(
    cloud: Cloud, routes: list[Route], theirs: Owned
) -> None:
    def seen() -> list[object]:
        paths = (
            f"/api/videos/{theirs.video}",
            f"/api/segments/{theirs.segment}",
            f"/api/videos/uploads/{theirs.upload}",
            f"/api/deletions/{theirs.deletion}",
            f"/api/webhooks/{theirs.webhook}",
        )
        answers = [cloud.call("GET", path) for path in paths]
        assert [answer.status for answer in answers] == [200] * 5
        upload, deletion = answers[2].json["status"], answers[3].json["deletion_id"]
        url, secrets = answers[4].json["url"], answers[4].json["previous_secret_until"]
        return [answers[0].json, answers[1].json, upload, deletion, url, secrets]

    before = seen()
    for route in routes:
        if route.names_a_thing():
            _call(cloud, route, theirs, user="pro2")

    assert seen() == before
