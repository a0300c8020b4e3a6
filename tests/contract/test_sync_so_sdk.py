"""The official client, pointed at the simulator: if it works, the simulator speaks its language."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from sync import (
    Audio,
    GenerationOptions,
    GenerationSegment,
    SegmentAudioInput,
    Sync,
    Tts,
    TtsProviderConfig,
    Video,
)
from sync.common import BadRequestError, InternalServerError, NotFoundError, UnauthorizedError
from sync.core.api_error import ApiError

from infra.local.simulators.sources import Source
from tests.contract.sync_so import (
    SECONDS,
    Stage,
    fetched,
    heard,
    likeness,
    loudness,
    stage,
    until,
)
from tests.media.make import ffmpeg


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("sdk")) as running:
        yield running


@pytest.fixture
def client(there: Stage) -> Iterator[Sync]:
    """Of an organisation of its own."""
    with _client(there, f"sk-{uuid.uuid4().hex}") as made:
        yield made


@contextmanager
def _client(there: Stage, key: str) -> Iterator[Sync]:
    with httpx.Client(follow_redirects=True) as http:
        yield Sync(base_url=there.url, api_key=key, httpx_client=http)


def _inputs(there: Stage) -> list[Any]:
    return [
        Video(url=there.file("video.mp4")),
        Audio(url=there.file("anna.wav"), ref_id="anna"),
        Audio(url=there.file("ben.wav"), ref_id="ben"),
    ]


def _segment(start: float, end: float, name: str, crop: tuple[float, float] | None = None) -> Any:
    begin, stop = crop or (None, None)
    audio = SegmentAudioInput(ref_id=name, start_time=begin, end_time=stop)
    return GenerationSegment(start_time=start, end_time=end, audio_input=audio)


def _ended(client: Sync, generation_id: str) -> Any:
    until(lambda: client.generations.get(generation_id).status not in {"PENDING", "PROCESSING"})
    return client.generations.get(generation_id)


def test_given_three_ranges_of_two_voices_when_generated_then_each_has_its_sound(
    there: Stage, client: Sync, tmp_path: Path
):
    made = client.generations.create(
        model="lipsync-2",
        input=_inputs(there),
        segments=[
            _segment(4.0, 5.0, "anna", (1.0, 2.0)),
            _segment(0.5, 1.5, "anna", (0.0, 1.0)),
            _segment(2.0, 3.5, "ben", (0.25, 1.75)),
        ],
        options=GenerationOptions(sync_mode="silence"),
        output_file_name="three_ranges",
    )
    assert made.status == "PENDING"
    ended = _ended(client, made.id)

    assert (ended.status, ended.output_duration) == ("COMPLETED", pytest.approx(SECONDS, abs=0.05))
    assert [one.audio_input.ref_id for one in ended.segments] == ["anna", "anna", "ben"]
    result = fetched(ended.output_url, tmp_path / "out.mp4")
    anna, ben = there.folder / "anna.wav", there.folder / "ben.wav"
    video = there.folder / "video.mp4"
    for place, source, start, seconds in (
        (0.5, anna, 0.0, 1.0),
        (2.0, ben, 0.25, 1.5),
        (4.0, anna, 1.0, 1.0),
        (0.0, video, 0.0, 0.5),
        (3.5, video, 3.5, 0.5),
        (5.0, video, 5.0, 0.9),
    ):
        wanted = heard(source, start, seconds)
        assert likeness(heard(result, place, seconds), wanted) > 0.98, place
    assert likeness(heard(result, 2.0, 1.0), heard(anna, 0.0, 1.0)) < 0.3


@pytest.mark.parametrize(
    ("mode", "voice", "seconds"),
    [
        ("cut_off", 2.0, 2.0),
        ("silence", 2.0, 6.0),
        ("loop", 2.0, 2.0),
        ("bounce", 2.0, 2.0),
        ("remap", 2.0, 2.0),
        ("cut_off", 8.0, 6.0),
        ("silence", 8.0, 8.0),
        ("loop", 8.0, 8.0),
        ("bounce", 14.0, 14.0),
        ("remap", 8.0, 8.0),
    ],
)
def test_given_a_sync_mode_when_sound_and_picture_differ_then_the_table_holds(
    there: Stage, client: Sync, tmp_path: Path, mode: Any, voice: float, seconds: float
):
    spoken = there.folder / f"voice-{voice:g}.wav"
    if not spoken.exists():
        ffmpeg("-f", "lavfi", "-i", f"anoisesrc=seed=5:d={voice}:r=48000", str(spoken))
    there.files.put(spoken.name, _source(spoken))
    made = client.generations.create(
        model="lipsync-2",
        input=[Video(url=there.file("video.mp4")), Audio(url=there.file(spoken.name))],
        options=GenerationOptions(sync_mode=mode),
    )
    ended = _ended(client, made.id)

    assert (ended.status, ended.output_duration) == ("COMPLETED", pytest.approx(seconds, abs=0.05))
    result = fetched(ended.output_url, tmp_path / "out.mp4")
    picture, sound = _lengths(result)
    assert picture == pytest.approx(seconds, abs=0.09)
    assert sound == pytest.approx(seconds, abs=0.05)
    if mode == "silence" and voice < SECONDS:
        assert loudness(heard(result, 0.0, 1.5)) > 0.1
        assert loudness(heard(result, 3.0, 2.0)) < 0.001


def test_given_a_shorter_voice_in_one_range_when_cut_off_then_what_follows_moves_up(
    there: Stage, client: Sync, tmp_path: Path
):
    made = client.generations.create(
        model="lipsync-2",
        input=_inputs(there),
        segments=[_segment(1.0, 4.0, "anna", (0.0, 1.0)), _segment(5.0, 6.0, "ben", (0.0, 1.0))],
        options=GenerationOptions(sync_mode="cut_off"),
    )
    ended = _ended(client, made.id)

    assert ended.output_duration == pytest.approx(4.0, abs=0.05)
    result = fetched(ended.output_url, tmp_path / "out.mp4")
    wanted = heard(there.folder / "ben.wav", 0.0, 1.0)
    assert likeness(heard(result, 3.0, 1.0), wanted) > 0.95


def test_given_text_when_generated_then_it_is_spoken(there: Stage, client: Sync, tmp_path: Path):
    words = TtsProviderConfig(name="elevenlabs", voice_id="Rachel", script="Honey never spoils.")
    made = client.generations.create(
        model="lipsync-2-pro",
        input=[Video(url=there.file("video.mp4")), Tts(provider=words)],
        options=GenerationOptions(sync_mode="cut_off"),
    )
    ended = _ended(client, made.id)

    assert ended.status == "COMPLETED"
    assert loudness(heard(fetched(ended.output_url, tmp_path / "out.mp4"))) > 0.02


def test_given_files_in_a_form_when_generated_then_they_are_used(
    there: Stage, client: Sync, tmp_path: Path
):
    with (there.folder / "video.mp4").open("rb") as video, \
            (there.folder / "anna.wav").open("rb") as audio:  # fmt: skip
        made = client.generations.create_with_files(model="lipsync-2", video=video, audio=audio)
    ended = _ended(client, made.id)

    assert ended.status == "COMPLETED"
    result = fetched(ended.output_url, tmp_path / "out.mp4")
    assert likeness(heard(result), heard(there.folder / "anna.wav")) > 0.98


def test_given_generations_when_listed_then_status_and_ids_choose(there: Stage, client: Sync):
    ids = []
    for _ in range(2):
        made = client.generations.create(model="lipsync-2", input=_inputs(there)[:2])
        ids.append(_ended(client, made.id).id)

    assert {one.id for one in client.generations.list()} == set(ids)
    assert [one.id for one in client.generations.list(ids=[ids[0]])] == [ids[0]]
    assert len(client.generations.list(status=["COMPLETED", "FAILED"], ids=ids)) == 2
    assert client.generations.list(status=["PENDING", "PROCESSING"]) == []
    with _client(there, "sk-somebody-else") as other:
        assert other.generations.list() == []


def test_given_a_video_when_its_cost_is_asked_for_then_it_grows_with_its_length(
    there: Stage, client: Sync
):
    (cost,) = client.generations.estimate_cost(model="lipsync-2", input=_inputs(there)[:2])

    assert cost.estimated_frame_count == pytest.approx(SECONDS * 25, abs=2)
    assert cost.estimated_generation_cost == pytest.approx(SECONDS * 0.05, abs=0.01)


def test_given_the_rest_of_the_client_when_used_then_it_reads_the_answers(
    there: Stage, client: Sync
):
    assert {one.id for one in client.models.list()} >= {"lipsync-2", "sync-3", "react-1"}
    assert client.assets.list().items == []


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"model": "lipsync-1.6.0"}, BadRequestError, "model must be one of"),
        ({"input": []}, BadRequestError, "input must be an array"),
        ({"options": {"sync_mode": "stretch", "temperature": 3}}, BadRequestError, "temperature"),
    ],
)
def test_given_a_wrong_request_when_sent_then_the_client_raises_as_for_the_service(
    there: Stage, client: Sync, change: dict[str, Any], error: type[ApiError], says: str
):
    asked = {"model": "lipsync-2", "input": _inputs(there)[:2], **change}
    with pytest.raises(error) as caught:
        client.generations.create(**asked)

    assert caught.value.status_code == 400
    assert any(says in one for one in caught.value.body.message)


@pytest.mark.parametrize(
    "segments",
    [
        [_segment(0, 2, "anna"), _segment(1, 3, "ben")],
        [_segment(2, 1, "anna")],
        [_segment(0, 1, "carl")],
    ],
    ids=["overlap", "backwards", "unknown"],
)
def test_given_wrong_segments_when_sent_then_they_are_refused(
    there: Stage, client: Sync, segments: list[Any]
):
    with pytest.raises(BadRequestError) as caught:
        client.generations.create(model="lipsync-2", input=_inputs(there), segments=segments)

    assert caught.value.body.errorCode == "generation_input_segments_invalid"


def test_given_adjacent_and_empty_segments_when_sent_then_they_are_taken(
    there: Stage, client: Sync
):
    segments = [_segment(1, 2, "ben"), _segment(0, 1, "anna"), _segment(3, 3, "anna")]
    options = GenerationOptions(sync_mode="silence")
    made = client.generations.create(
        model="lipsync-2", input=_inputs(there), segments=segments, options=options
    )

    assert _ended(client, made.id).status == "COMPLETED"


def test_given_other_keys_and_ids_when_sent_then_the_client_raises_as_for_the_service(
    there: Stage, client: Sync
):
    unknown = "6f1d2c3b-4a59-4e68-8b77-1c2d3e4f5a6b"
    with pytest.raises(NotFoundError):
        client.generations.get(unknown)
    with _client(there, "sk-revoked") as other, pytest.raises(UnauthorizedError) as caught:
        other.generations.get(unknown)
    assert caught.value.body.message == "Unauthorized"


def test_given_statuses_without_a_type_when_met_then_the_client_gives_status_and_body(
    there: Stage, client: Sync
):
    there.set(concurrency=1, work_seconds=10.0)
    client.generations.create(model="lipsync-2", input=_inputs(there)[:2])
    with pytest.raises(ApiError) as taken:
        client.generations.create(model="lipsync-2", input=_inputs(there)[:2])
    there.set(concurrency=3, work_seconds=0.0)
    with pytest.raises(ApiError) as gone:
        client.generations.create(
            model="lipsync-2",
            input=[Video(url=there.file("no-such.mp4")), Audio(url=there.file("anna.wav"))],
        )
    there.expect({"on": "list", "kind": "status", "status": 500})
    with pytest.raises(InternalServerError):
        client.generations.list()

    assert (taken.value.status_code, taken.value.body["errorCode"]) == (
        429, "concurrency_limit_reached",
    )  # fmt: skip
    assert taken.value.body["activeGenerations"] == taken.value.body["concurrencyLimit"] == 1
    assert (gone.value.status_code, gone.value.body["errorCode"]) == (
        422, "generation_input_video_inaccessible",
    )  # fmt: skip


def test_given_an_ill_service_when_the_client_retries_then_it_comes_through(
    there: Stage, client: Sync
):
    there.expect({"on": "list", "kind": "status", "status": 503, "times": 1})

    assert client.generations.list(request_options={"max_retries": 3}) == []


def _source(path: Path) -> Any:
    return Source(path=path)


def _lengths(path: Path) -> tuple[float, float]:
    with av.open(str(path)) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        return (
            float(picture.duration * picture.time_base),
            float(sound.duration * sound.time_base),
        )
