"""What the simulator makes: whole, or spoilt as it was asked to be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import av
import pytest

from functions.adapters.sync_so.provider import SyncSoProvider
from functions.domain.lipsync.codes import Remedy
from functions.domain.lipsync.generation import (
    GenerationStatus,
    LipSyncModel,
    RecordedVoice,
    SpokenVoice,
    SyncGeneration,
    SyncMode,
    SyncOptions,
    SyncRange,
)
from infra.local.simulators.sources import Source
from tests.contract.lipsync_bench import provider_at, request_of
from tests.contract.sync_so import (
    SECONDS,
    Stage,
    ask,
    fetched,
    heard,
    likeness,
    loudness,
    stage,
)
from tests.media.make import ffmpeg


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("outputs")) as running:
        yield running


@pytest.fixture(autouse=True)
def _as_new(there: Stage) -> None:
    ask(f"{there.url}/_simulator/faults", method="DELETE")


@pytest.fixture
def provider(there: Stage) -> Iterator[SyncSoProvider]:
    with provider_at(there, f"sk-{uuid4().hex}") as made:
        yield made


def _made(there: Stage, provider: SyncSoProvider, **changes: Any) -> SyncGeneration:
    request = request_of(there.file("video.mp4"), there.file("anna.wav"), **changes)
    made = provider.submit(request, request.name).id
    for _ in range(6):
        found = provider.get([made], wait=10)[made]
        assert isinstance(found, SyncGeneration)
        if found.status.over:
            return found
    raise AssertionError("it goes on for ever")


def _file(made: SyncGeneration, folder: Path) -> Path:
    assert made.result_url is not None
    return fetched(made.result_url, folder / "out.mp4")


def _frames(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [
            bytes(frame.reformat(format="gray").planes[0]) for frame in container.decode(video=0)
        ]


def _difference(one: bytes, other: bytes) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


def test_given_ranges_when_made_then_every_frame_is_where_it_was(
    there: Stage, provider: SyncSoProvider, tmp_path: Path
):
    """Nobody's lips are moved, so that the picture is the same in ranges and outside of them."""
    made = _made(there, provider)
    before, after = _frames(there.folder / "video.mp4"), _frames(_file(made, tmp_path))

    assert len(before) == len(after) == SECONDS * 25
    # A frame that was put elsewhere differs by more than any in its place.
    assert max(map(_difference, before, after)) < min(map(_difference, before, after[1:]))


def test_given_a_range_with_a_mode_of_its_own_when_made_then_it_goes_before_the_others(
    there: Stage, provider: SyncSoProvider, tmp_path: Path
):
    cut = SyncOptions(sync_mode=SyncMode.CUT_OFF)
    ranges = (
        SyncRange(start=0, end=2_000, ref_id="anna", crop=(0, 1_000), options=cut),
        SyncRange(start=3_000, end=5_000, ref_id="anna", crop=(1_000, 2_000)),
    )
    made = _made(there, provider, ranges=ranges)

    assert made.result_length == pytest.approx(5_000, abs=50)
    result = _file(made, tmp_path)
    second = heard(there.folder / "anna.wav", 1.0, 1.0)
    assert likeness(heard(result, 2.0, 1.0), second) > 0.95
    # The rest of the range is silent, since its voice is shorter.
    assert loudness(heard(result, 3.2, 0.6)) < 0.005


def test_given_two_voices_when_text_is_spoken_then_they_are_not_the_same(
    there: Stage, provider: SyncSoProvider, tmp_path: Path
):
    def spoken(voice: str) -> list[float]:
        folder = tmp_path / voice
        folder.mkdir()
        words = SpokenVoice(ref_id="anna", voice_id=voice, script="The train leaves at seven.")
        ranges = (SyncRange(start=0, end=5_000, ref_id="anna"),)
        made = _made(there, provider, voices=(words,), ranges=ranges)
        return heard(_file(made, folder), 0.0, 2.0)

    rachel, adam = spoken("Rachel"), spoken("Adam")
    assert loudness(rachel) > 0.02
    assert likeness(rachel, adam) < 0.5


def test_given_a_picture_when_made_then_it_is_a_video_as_long_as_its_voice(
    there: Stage, provider: SyncSoProvider
):
    still = there.folder / "face.png"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=96x64", "-frames:v", "1", str(still))
    url = there.files.put("face.png", Source(path=still, content_type="image/png"))
    body = {
        "model": "sync-3",
        "input": [
            {"type": "image", "url": url},
            {"type": "audio", "url": there.file("ben.wav")},
        ],
    }
    service = there.running.service
    record = service.create("sk-picture", body, [])
    ended = service.records.await_end("sk-picture", record["id"], 60)

    assert (ended["status"], ended["outputDuration"]) == ("COMPLETED", pytest.approx(2, abs=0.05))


@pytest.mark.parametrize("kind", ["silent_output", "short_output", "broken_output"])
def test_given_a_spoilt_output_when_made_then_it_is_called_completed_all_the_same(
    there: Stage, provider: SyncSoProvider, tmp_path: Path, kind: str
):
    there.expect({"on": "work", "kind": kind})
    made = _made(there, provider)
    result = _file(made, tmp_path)

    assert made.status is GenerationStatus.COMPLETED
    assert made.result_length == pytest.approx(SECONDS * 1_000, abs=50)
    if kind == "broken_output":
        with pytest.raises(av.error.FFmpegError):
            av.open(str(result))
        return
    with av.open(str(result)) as container:
        assert bool(container.streams.audio) == (kind == "short_output")
        assert container.duration is not None
        shown = container.duration / 1_000_000
    assert shown == pytest.approx(SECONDS / 2 if kind == "short_output" else SECONDS, abs=0.3)


def test_given_inputs_that_are_checked_late_when_made_then_it_fails_after_it_was_taken(
    there: Stage, provider: SyncSoProvider
):
    there.set(checked="work")
    gone = RecordedVoice(ref_id="anna", url=there.file("no-such.wav"))
    made = _made(there, provider, voices=(gone,))

    assert made.status is GenerationStatus.FAILED
    assert made.trouble is not None
    assert made.trouble.remedy is Remedy.SIGN_AGAIN
    assert made.trouble.code == "lipsync.input_unreachable"


def test_given_a_model_with_a_limit_when_the_video_is_longer_then_it_fails(
    there: Stage, provider: SyncSoProvider
):
    long = there.folder / "long.mp4"
    ffmpeg("-stream_loop", "2", "-i", str(there.folder / "video.mp4"), "-c", "copy", str(long))
    url = there.files.put("long.mp4", Source(path=long))
    made = _made(there, provider, model=LipSyncModel.REACT_1, video_url=url)

    assert made.trouble is not None
    assert made.trouble.code == "lipsync.too_long"
