"""What every LipSyncProvider does, Sync.so's adapter and the fake alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from functions.domain.lipsync.codes import Remedy
from functions.domain.lipsync.errors import (
    OutcomeUnknownError,
    RefusedError,
    SlotsTakenError,
    UnknownGenerationError,
)
from functions.domain.lipsync.generation import GenerationStatus, SyncGeneration, SyncRange
from tests.contract.lipsync_bench import Bench, FakeBench, RealBench, provider_at
from tests.contract.sync_so import Stage, ask, stage

UNKNOWN = "6f1d2c3b-4a59-4e68-8b77-1c2d3e4f5a6b"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("provider")) as running:
        yield running


@pytest.fixture(params=["fake", "sync_so"])
def bench(request: pytest.FixtureRequest, there: Stage) -> Iterator[Bench]:
    if request.param == "fake":
        yield FakeBench()
        return
    ask(f"{there.url}/_simulator/faults", method="DELETE")
    with provider_at(there, f"sk-{uuid4().hex}") as provider:
        yield RealBench(there, provider)


def _key() -> str:
    return uuid4().hex


def _got(bench: Bench, generation_id: str, wait: int = 10) -> SyncGeneration:
    for _ in range(4):
        found = bench.provider.get([generation_id], wait=wait)[generation_id]
        assert isinstance(found, SyncGeneration)
        if found.status.over:
            return found
    raise AssertionError("it goes on for ever")


def test_given_a_request_when_submitted_then_it_is_pending_under_our_name(bench: Bench):
    request = bench.request()
    made = bench.provider.submit(request, _key())

    assert (made.status, made.name) == (GenerationStatus.PENDING, request.name)
    assert made.result_url is None
    assert made.created_at is not None
    assert abs(made.created_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_given_the_same_key_when_submitted_again_then_it_is_the_same_generation(bench: Bench):
    request, key = bench.request(), _key()
    first = bench.provider.submit(request, key)
    again = bench.provider.submit(request, key)
    other = bench.provider.submit(request, _key())

    assert first.id == again.id != other.id


def test_given_another_request_under_a_key_when_submitted_then_the_outcome_is_to_be_found(
    bench: Bench,
):
    key = _key()
    bench.provider.submit(bench.request(), key)

    with pytest.raises(OutcomeUnknownError):
        bench.provider.submit(bench.request(), key)


def test_given_a_generation_when_it_ends_well_then_it_tells_where_its_file_is(bench: Bench):
    made = bench.provider.submit(bench.request(), _key())
    ended = _got(bench, made.id)

    assert ended.status is GenerationStatus.COMPLETED
    assert ended.result_url is not None
    assert ended.result_length == pytest.approx(6_000, abs=50)
    assert ended.trouble is None
    assert ended.result_url not in repr(ended)


@pytest.mark.parametrize(
    ("rejected", "code", "ours", "remedy"),
    [
        (False, "generation_pipeline_failed", "lipsync.provider_failed", Remedy.TRY_AGAIN),
        (False, "generation_input_audio_invalid", "lipsync.audio_unreadable", Remedy.REENCODE),
        (False, None, "lipsync.provider_failed", Remedy.TRY_AGAIN),
        (True, "generation_input_validation_failed", "lipsync.request_refused", Remedy.GIVE_UP),
        (True, None, "lipsync.rejected", Remedy.GIVE_UP),
    ],
)
def test_given_a_generation_when_it_ends_badly_then_it_tells_what_is_to_be_done(
    bench: Bench, rejected: bool, code: str | None, ours: str, remedy: Remedy
):
    request = bench.request()
    bench.end_badly(request.name, rejected=rejected, code=code)
    ended = _got(bench, bench.provider.submit(request, _key()).id)

    wanted = GenerationStatus.REJECTED if rejected else GenerationStatus.FAILED
    assert ended.status is wanted
    assert ended.trouble is not None
    told = (ended.trouble.code, ended.trouble.remedy, ended.trouble.provider_code)
    assert told == (ours, remedy, code)
    assert ended.result_url is None


def test_given_many_ids_when_got_then_each_has_its_own_answer(bench: Bench):
    made = [bench.provider.submit(bench.request(), _key()).id for _ in range(3)]
    found = bench.provider.get([*made, UNKNOWN, made[0]])

    assert set(found) == {*made, UNKNOWN}
    assert all(isinstance(found[one], SyncGeneration) for one in made)
    assert isinstance(found[UNKNOWN], UnknownGenerationError)
    assert bench.provider.get([]) == {}


def test_given_no_free_place_when_submitted_then_it_says_how_many_there_are(bench: Bench):
    bench.hold()
    bench.slots(1)
    first = bench.provider.submit(bench.request(), _key())

    with pytest.raises(SlotsTakenError) as caught:
        bench.provider.submit(bench.request(), _key())

    assert (caught.value.active, caught.value.limit) == (1, 1)
    assert caught.value.retry_after == 30
    bench.let_go(first.id)
    assert _got(bench, first.id).status is GenerationStatus.COMPLETED
    bench.provider.submit(bench.request(), _key())


def test_given_overlapping_ranges_when_submitted_then_they_are_refused(bench: Bench):
    ranges = (
        SyncRange(start=0, end=1_500, ref_id="anna"),
        SyncRange(start=1_000, end=2_000, ref_id="anna"),
    )
    with pytest.raises(RefusedError) as caught:
        bench.provider.submit(bench.request(ranges=ranges), _key())

    assert caught.value.code == "lipsync.ranges_refused"
    assert caught.value.trouble.remedy is Remedy.GIVE_UP


def test_given_a_url_that_cannot_be_read_when_submitted_then_it_is_to_be_signed_again(
    bench: Bench,
):
    with pytest.raises(RefusedError) as caught:
        bench.provider.submit(bench.request(video_url=bench.missing()), _key())

    assert caught.value.trouble.remedy is Remedy.SIGN_AGAIN


def test_given_an_unheard_answer_when_looked_for_then_it_is_found_and_not_made_twice(
    bench: Bench,
):
    request, key, began = bench.request(), _key(), datetime.now(UTC)
    assert bench.provider.find(request, began) is None
    bench.lose_answer()
    with pytest.raises(OutcomeUnknownError):
        bench.provider.submit(request, key)

    found = bench.provider.find(request, began)
    assert found is not None
    assert bench.provider.submit(request, key).id == found.id
    assert bench.provider.find(bench.request(), began) is None
    assert bench.provider.find(request, began + timedelta(hours=1)) is None


def test_given_a_generation_when_deleted_then_only_once_it_is_over(bench: Bench):
    bench.hold()
    made = bench.provider.submit(bench.request(), _key())

    assert not bench.provider.delete(made.id)
    bench.let_go(made.id)
    _got(bench, made.id)
    assert bench.provider.delete(made.id)
    assert isinstance(bench.provider.get([made.id])[made.id], UnknownGenerationError)
    assert bench.provider.delete(made.id)


def test_given_a_request_when_its_cost_is_asked_for_then_it_is_told(bench: Bench):
    cost = bench.provider.estimate(bench.request())

    assert cost.frames == pytest.approx(150, abs=2)
    assert cost.usd == pytest.approx(0.3, abs=0.01)
