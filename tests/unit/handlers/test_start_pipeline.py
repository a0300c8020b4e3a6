from __future__ import annotations

import pytest

from functions.handlers.start_pipeline import lambda_handler, parse
from tests.builders import USER, make_source
from tests.events.build import object_created, queue_event
from tests.fakes.lambda_context import FakeLambdaContext
from tests.fakes.world import World


def _deliver(*bodies: object) -> list[str]:
    """The messages that are to be delivered again."""
    answer = lambda_handler(queue_event(*bodies), FakeLambdaContext())
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def _arrived(name: str) -> dict:
    return object_created(make_source(key=f"uploads/{USER}/{name}"))


def test_given_a_dropped_file_when_its_event_comes_then_its_run_starts(world: World):
    assert _deliver(object_created()) == []
    assert world.videos.all()[0].file_name == "summer beach+sea.mp4"
    assert len(world.pipeline.executions) == 1


def test_given_a_batch_when_delivered_then_each_file_has_its_run(world: World):
    assert _deliver(*(_arrived(f"{at}.mp4") for at in range(5))) == []
    assert len(world.pipeline.executions) == 5


def test_given_the_same_event_ten_times_in_a_batch_when_delivered_then_one_run_starts(
    world: World,
):
    assert _deliver(*[object_created()] * 10) == []
    assert len(world.pipeline.executions) == 1


def test_given_a_message_that_cannot_be_read_when_delivered_then_only_it_comes_again(
    world: World,
):
    failed = _deliver(_arrived("a.mp4"), "{not json", _arrived("b.mp4"), {"detail": {}})

    assert failed == ["m-1", "m-3"]
    assert len(world.pipeline.executions) == 2


@pytest.mark.parametrize("body", ["null", "[]", '"text"', '{"detail": null}', "7"])
def test_given_a_message_of_another_shape_when_delivered_then_the_others_are_not_held_up(
    world: World, body: str
):
    failed = _deliver(body, _arrived("a.mp4"))

    assert failed == ["m-0"]
    assert len(world.pipeline.executions) == 1


def test_given_a_pipeline_that_is_down_when_delivered_then_every_message_comes_again(
    world: World,
):
    world.pipeline.down = True

    assert _deliver(_arrived("a.mp4"), _arrived("b.mp4")) == ["m-0", "m-1"]


def test_given_objects_that_are_no_files_when_delivered_then_they_are_done_with(world: World):
    marker = object_created(make_source(key=f"uploads/{USER}/folder/", size=0))

    assert _deliver(marker) == []
    assert world.videos.all() == []


def test_given_an_event_when_parsed_then_the_source_is_pinned():
    event = parse(object_created())

    assert event.bucket == "media"
    assert event.source == make_source(
        key=f"uploads/{USER}/summer beach+sea.mp4",
        size=6,
        etag="d41d8cd98f00b204e9800998ecf8427e",
        version_id="v1",
    )


@pytest.mark.parametrize("version", ["", None])
def test_given_a_bucket_without_versions_when_parsed_then_the_etag_pins_the_source(version):
    event = object_created()
    event["detail"]["object"]["version-id"] = version

    assert parse(event).source.version_id is None


def test_given_an_etag_in_quotes_when_parsed_then_it_is_without_them():
    event = object_created()
    event["detail"]["object"]["etag"] = '"abc"'

    assert parse(event).source.etag == "abc"
