from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.adapters.direct_links import DirectLinks
from functions.domain.errors import (
    CutroomError,
    MediaError,
    StaleWriteError,
    TooLargeError,
    UnavailableError,
)
from functions.domain.ingests.ingest import MAX_RESTARTS
from functions.domain.tiers import Tier, TierLimits
from functions.domain.video import Video, VideoStatus
from functions.services.ingests.ingest_source import ingest_source
from functions.services.ingests.intake import IngestTools
from functions.services.ingests.uploads import MIN_PART, abort_upload
from tests.builders import URL, USER, VIDEO, make_caller, make_ingesting_video, make_upload
from tests.fakes.clock import EPOCH
from tests.fakes.sources import FakeSource
from tests.fakes.world import LIMITS, World

MIB = 1024 * 1024
KEY = make_upload().key
HOUR = dict.fromkeys(Tier, 3_600)


def film(size: int) -> bytes:
    """Bytes of which no two stretches are alike."""
    head = b"\x00\x00\x00\x20ftypisom"
    return (head + b"".join(n.to_bytes(8, "big") for n in range(size // 8 + 1)))[:size]


FILM = film(2 * MIN_PART + MIB)


def _tools(world: World, **more: object) -> IngestTools:
    made = IngestTools(
        videos=world.videos,
        media=world.media,
        reader=world.reader,
        resolver=DirectLinks(),
        limits=LIMITS,
        seconds=HOUR,
        clock=lambda: EPOCH,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def _submit(world: World, source: FakeSource, **overrides: object) -> FakeSource:
    world.reader.sources[URL] = source
    world.videos.create(make_ingesting_video(**overrides))
    return source


def _ingest(world: World, stop: Callable[[], bool] = lambda: False, **more: object) -> bool:
    return ingest_source(_tools(world, **more), stop, video_id=VIDEO, user_id=USER)


def _ingest_all(world: World) -> None:
    """One worker after another."""
    while not _ingest(world):
        pass


def _row(world: World) -> Video:
    video = world.videos.get(VIDEO)
    assert video
    return video


def _after(count: int) -> Callable[[], bool]:
    """Says stop at the look of this number."""
    looks = iter(range(1, 1_000_000))
    return lambda: next(looks) >= count


def _refused(world: World, kind: type[CutroomError], **more: object) -> str:
    with pytest.raises(kind) as caught:
        _ingest(world, **more)  # type: ignore[arg-type]
    return caught.value.code


@pytest.mark.parametrize("size", [1, MIB, MIN_PART, MIN_PART + 1, 2 * MIN_PART, 3 * MIN_PART - 1])
def test_given_a_source_when_fetched_then_its_bytes_are_where_an_upload_s_would_be(
    world: World, size: int
):
    body = film(size)
    _submit(world, FakeSource(body))

    assert _ingest(world)

    assert world.media.objects[KEY] == body
    assert world.media.multiparts == {}
    assert _row(world).declared_size == size
    assert world.media.content_types[KEY] == "video/mp4"


def test_given_a_source_without_a_length_when_fetched_then_all_of_it_is_there(world: World):
    _submit(world, FakeSource(FILM, sized=False, breaks_after=[9 * MIB]))

    assert _ingest(world)
    assert world.media.objects[KEY] == FILM


def test_given_a_fetched_source_when_its_row_is_read_then_its_query_is_forgotten(world: World):
    _submit(world, FakeSource(FILM))

    _ingest(world)

    ingest = _row(world).ingest
    assert ingest
    assert ingest.query is None
    assert "secret" not in str(_row(world))
    assert (ingest.received, ingest.total, ingest.whole) == (len(FILM), len(FILM), True)


def test_given_a_source_when_it_comes_then_its_row_tells_of_every_part(world: World):
    _submit(world, FakeSource(FILM))
    told: list[int] = []

    def look() -> None:
        ingest = _row(world).ingest
        assert ingest
        told.append(ingest.received)

    world.reader.before_chunk = look
    _ingest(world, stop=lambda: bool(look()))

    assert told[0] == 0
    assert sorted(told) == told
    ingest = _row(world).ingest
    assert ingest
    assert len(ingest.etags) == 3


def test_given_a_lost_connection_when_fetched_then_it_goes_on_where_it_was(world: World):
    source = _submit(world, FakeSource(FILM, breaks_after=[5 * MIB, 4 * MIB + 1, 300 * 1024]))

    assert _ingest(world)

    assert source.starts == [0, 5 * MIB, 9 * MIB + 1, 9 * MIB + 1 + 300 * 1024]
    assert source.sent == len(FILM)
    assert world.media.objects[KEY] == FILM


def test_given_a_source_that_brings_nothing_when_fetched_then_it_is_tried_again_later(
    world: World,
):
    _submit(world, FakeSource(FILM, breaks_after=[0]))

    assert _refused(world, UnavailableError) == "ingest.interrupted"
    assert _ingest(world)
    assert world.media.objects[KEY] == FILM


def test_given_a_source_that_stops_after_parts_when_fetched_then_the_next_worker_goes_on(
    world: World,
):
    """What this one has stored is progress: the next has all its tries again."""
    down = UnavailableError("ingest.unreachable", "Nobody there.")
    source = _submit(world, FakeSource(FILM, breaks_after=[9 * MIB]))
    world.reader.before_chunk = lambda: source.refusals.append(down) if source.sent else None

    assert _ingest(world) is False

    world.reader.before_chunk = lambda: None
    source.refusals.clear()
    assert _ingest(world)
    assert source.starts[-1] == MIN_PART
    assert world.media.objects[KEY] == FILM


def test_given_no_time_left_when_fetched_then_the_rest_is_for_the_next_worker(world: World):
    source = _submit(world, FakeSource(FILM))

    assert _ingest(world, _after(10)) is False
    assert KEY not in world.media.objects
    assert _ingest(world, _after(4)) is False
    assert _ingest(world)

    assert source.starts == [0, MIN_PART, MIN_PART]
    assert world.media.objects[KEY] == FILM
    assert world.media.multiparts == {}


@pytest.mark.parametrize("dies_at", range(1, 18))
def test_given_a_worker_that_is_killed_anywhere_when_another_comes_then_all_is_there_once(
    world: World, dies_at: int
):
    """Between any two chunks: nothing of its own is tidied up."""
    source = _submit(world, FakeSource(FILM))
    chunks = iter(range(1, 100))

    class KilledError(BaseException):
        pass

    def kill() -> None:
        if next(chunks) == dies_at:
            raise KilledError

    world.reader.before_chunk = kill
    with pytest.raises(KilledError):
        _ingest(world)
    world.reader.before_chunk = lambda: None

    assert _ingest(world)

    assert world.media.objects[KEY] == FILM
    assert world.media.multiparts == {}
    assert source.starts[-1] in {0, MIN_PART, 2 * MIN_PART}


def test_given_a_worker_that_is_killed_before_it_joins_when_another_comes_then_nothing_is_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    source = _submit(world, FakeSource(FILM))
    with monkeypatch.context() as patch:
        patch.setattr(world.media, "complete_multipart", _raising(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            _ingest(world)

    assert _ingest(world)

    assert source.starts == [0]
    assert world.media.objects[KEY] == FILM


def test_given_parts_that_were_joined_when_the_answer_is_lost_then_it_is_noticed(world: World):
    _submit(world, FakeSource(FILM))
    _ingest(world)

    assert _ingest(world)
    assert world.media.objects[KEY] == FILM


def test_given_all_bytes_noted_when_the_worker_is_killed_then_the_next_asks_for_none(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    source = _submit(world, FakeSource(FILM))
    save = world.videos.save

    def killed(video: Video) -> Video:
        if video.ingest and video.ingest.whole:
            raise KeyboardInterrupt
        return save(video)

    with monkeypatch.context() as patch:
        patch.setattr(world.videos, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            _ingest(world)

    assert _ingest(world)
    assert source.starts == [0]
    assert world.media.objects[KEY] == FILM


def _raising(error: BaseException) -> Callable[..., object]:
    def call(*_: object) -> object:
        raise error

    return call


def test_given_a_source_without_ranges_when_its_connection_is_lost_then_it_begins_again(
    world: World,
):
    source = _submit(world, FakeSource(FILM, ranges=False, breaks_after=[9 * MIB]))

    _ingest_all(world)

    assert source.sent == 9 * MIB + len(FILM)
    assert world.media.objects[KEY] == FILM
    assert world.media.multiparts == {}


@pytest.mark.parametrize("manners", [{"ranges": False}, {"etag": None}, {"etag": 'W/"v1"'}])
def test_given_a_source_that_cannot_go_on_when_it_breaks_off_ever_again_then_it_is_given_up(
    world: World, manners: dict[str, object]
):
    source = _submit(world, FakeSource(FILM, breaks_after=[9 * MIB] * 50, **manners))

    with pytest.raises(MediaError) as caught:
        _ingest_all(world)

    assert caught.value.code == "ingest.interrupted"
    assert len(source.starts) <= 2 * MAX_RESTARTS + 2


def test_given_a_source_that_cannot_go_on_when_time_is_over_then_it_is_too_slow(world: World):
    _submit(world, FakeSource(FILM, etag=None))

    assert _refused(world, MediaError, stop=_after(3)) == "ingest.too_slow"


def test_given_a_source_that_has_changed_when_gone_on_with_then_it_is_said(world: World):
    source = _submit(world, FakeSource(FILM))
    _ingest(world, _after(10))

    source.etag, source.body = '"v2"', FILM[:-1] + b"x"

    assert _refused(world, MediaError) == "ingest.source_changed"


@pytest.mark.parametrize("sized", [True, False])
def test_given_a_source_above_the_tier_when_fetched_then_it_is_refused_as_soon_as_that_is_known(
    world: World, sized: bool
):
    small = dict.fromkeys(Tier, TierLimits(max_bytes=10 * MIB, max_duration=1))
    source = _submit(world, FakeSource(film(30 * MIB), sized=sized))

    assert _refused(world, TooLargeError, limits=small) == "ingest.too_large"

    assert source.sent == (0 if sized else 11 * MIB)
    assert KEY not in world.media.objects


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"<!DOCTYPE html><title>Film</title>", "text/html", "ingest.web_page"),
        (b"<html>" + bytes(20 * MIB), "video/mp4", "ingest.web_page"),
        (b"not found\n", "text/plain", "ingest.not_media"),
        (b"%PDF-1.7\x00", "application/pdf", "ingest.not_media"),
        (b"", "video/mp4", "media.empty"),
    ],
)
def test_given_what_is_no_media_when_fetched_then_it_is_said_before_anything_is_stored(
    world: World, body: bytes, kind: str, code: str
):
    source = _submit(world, FakeSource(body, content_type=kind))

    assert _refused(world, MediaError) == code

    assert source.sent <= MIB
    assert world.media.multiparts == {}


def test_given_a_source_that_takes_too_long_in_all_when_fetched_then_it_is_told(world: World):
    _submit(world, FakeSource(FILM))
    late = EPOCH + timedelta(seconds=3_601)

    with pytest.raises(MediaError, match="60 minutes") as caught:
        _ingest(world, clock=lambda: late)

    assert caught.value.code == "ingest.too_slow"


@pytest.mark.parametrize("moment", [1, 8, 9, 17])
def test_given_a_fetch_under_way_when_it_is_given_up_then_nothing_is_left(
    world: World, moment: int
):
    _submit(world, FakeSource(FILM))
    chunks = iter(range(1, 100))

    def give_up() -> None:
        if next(chunks) == moment:
            abort_upload(make_caller(), VIDEO, videos=world.videos, media=world.media, now=EPOCH)

    world.reader.before_chunk = give_up

    assert _ingest(world)

    assert _row(world).status is VideoStatus.ABORTED
    assert world.media.multiparts == {}
    assert KEY not in world.media.objects
    assert "secret" not in str(_row(world))


def test_given_a_fetch_under_way_when_the_video_is_deleted_then_nothing_is_left(world: World):
    _submit(world, FakeSource(FILM))
    chunks = iter(range(1, 100))
    world.reader.before_chunk = lambda: world.videos.forget(VIDEO) if next(chunks) == 9 else None

    assert _ingest(world)

    assert world.media.multiparts == {}
    assert KEY not in world.media.objects


def test_given_a_video_given_up_as_its_parts_are_joined_when_seen_then_the_object_goes(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    _submit(world, FakeSource(FILM))
    complete = world.media.complete_multipart

    def and_given_up(*arguments: object) -> None:
        complete(*arguments)  # type: ignore[arg-type]
        world.videos.save(_row(world).abort(EPOCH))

    monkeypatch.setattr(world.media, "complete_multipart", and_given_up)

    assert _ingest(world)
    assert KEY not in world.media.objects


def test_given_an_upload_that_a_killed_worker_left_when_another_begins_then_it_goes(world: World):
    """Killed between the upload's start and its note."""
    _submit(world, FakeSource(FILM))
    world.media.start_multipart(KEY, "video/mp4", {})

    _ingest(world)

    assert world.media.multiparts == {}


def test_given_two_workers_when_one_is_overtaken_then_it_stops_and_the_other_s_work_stands(
    world: World,
):
    source = _submit(world, FakeSource(FILM))
    chunks = iter(range(1, 1_000))

    def overtaken() -> None:
        if next(chunks) == 10:
            world.reader.before_chunk = lambda: None
            assert _ingest(world, _after(20)) in {True, False}

    world.reader.before_chunk = overtaken

    try:
        _ingest(world)
    except StaleWriteError:
        assert _ingest(world)

    assert source.body == world.media.objects[KEY]
    assert world.media.multiparts == {}


@pytest.mark.parametrize(
    "status", [VideoStatus.QUEUED, VideoStatus.PROCESSING, VideoStatus.READY, VideoStatus.FAILED]
)
def test_given_a_video_that_has_moved_on_when_its_fetch_is_repeated_then_nothing_is_done(
    world: World, status: VideoStatus
):
    source = _submit(world, FakeSource(FILM), status=status)
    world.media.put(KEY, b"arrived")

    assert _ingest(world)

    assert source.starts == []
    assert world.media.objects[KEY] == b"arrived"


def test_given_a_bucket_that_fails_when_a_part_is_stored_then_it_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    _submit(world, FakeSource(FILM))
    with monkeypatch.context() as patch:
        down = UnavailableError("dependency.unavailable", "The media bucket failed.")
        patch.setattr(world.media, "put_part", _raising(down))
        assert _refused(world, UnavailableError) == "dependency.unavailable"

    assert _ingest(world)
    assert world.media.objects[KEY] == FILM
