"""What a job makes, with the real adapters and the simulator of Sync.so, its tables aside: each
range carries its voice, and what lies outside of them is as it was."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import av
import pytest

from functions.adapters.ffmpeg.lipsync import FfmpegLipSyncTools
from functions.adapters.sync_so.client import SyncSoClient
from functions.adapters.sync_so.provider import SyncSoProvider
from functions.adapters.sync_so.results import SyncSoResults, rules_for
from functions.domain.lipsync.asked import Audio, SegmentData, TextRegion, TextRemoval
from functions.domain.lipsync.generation import GenerationStatus
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.states import LipSyncStatus
from functions.domain.media.source import Source
from functions.services.lipsync.course import Step
from infra.local.simulators.sources import Source as Served
from tests.builders import make_media, make_video_track
from tests.contract.lipsync_bench import QUICK
from tests.contract.sync_so import Stage, heard, likeness, stage, until
from tests.fakes.lipsync_world import WAV, LipSyncWorld
from tests.fakes.media import FakeMediaStore

LENGTH = 6_000


class ServedMedia(FakeMediaStore):
    """Objects that the provider can fetch by their signed URLs."""

    def __init__(self, at: Stage, folder: Path) -> None:
        super().__init__()
        self._stage, self._folder, self._signed = at, folder, 0

    def sign_get(self, source: Source, seconds: int) -> str:
        self._signed += 1
        path = self._folder / f"signed-{self._signed}"
        path.write_bytes(self.objects[source.key])
        self._stage.files.put(path.name, Served(path=path))
        return self._stage.file(path.name)


@dataclass
class Keys:
    def api_key(self, *, fresh: bool = False) -> str:
        return "sk-ranges"


@dataclass
class Done:
    """A finished job: its file, and where the inputs are."""

    job: LipSyncJob
    path: Path
    stage: Stage


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("sync-so")) as made:
        yield made


@pytest.fixture
def sync(at: Stage, tmp_path: Path) -> Iterator[LipSyncWorld]:
    sync = LipSyncWorld()
    media = ServedMedia(at, tmp_path)
    source = media.put("uploads/video", (at.folder / "video.mp4").read_bytes())
    sync.world.media = media
    video = sync.world.videos.get(sync.video_id)
    assert video
    read = make_media(duration=LENGTH, video=make_video_track(width=128, height=72))
    sync.world.videos.save(replace(video, source=source, media=read))
    sync.prober.known["uploads/video"] = read
    with closing(SyncSoClient(at.url, Keys(), patience=QUICK)) as client:
        sync.provider = SyncSoProvider(client)  # type: ignore[assignment]
        sync.results = SyncSoResults(rules_for(at.url))  # type: ignore[assignment]
        sync.tools = FfmpegLipSyncTools()  # type: ignore[assignment]
        yield sync


def _made(sync: LipSyncWorld, at: Stage, target: Path, **more: object) -> Done:
    job = sync.create(**more)
    for index, audio in enumerate(job.audios):
        sync.send(job, index, (at.folder / f"{audio.ref_id}.wav").read_bytes())
    assert sync.prepare(job.job_id)
    sync.enter(job.job_id)
    assert sync.submit(job.job_id).step is Step.WAIT
    generation = sync.job(job.job_id).generation_id
    assert generation
    until(lambda: _over(sync, generation))
    assert sync.collect(job.job_id).step is Step.FINISH
    segment = sync.world.segments.get(sync.finish(job.job_id))
    assert segment
    target.write_bytes(sync.world.media.objects[segment.s3_key])
    return Done(sync.job(job.job_id), target, at)


def _over(sync: LipSyncWorld, generation: str) -> bool:
    found = sync.provider.get([generation])[generation]
    return getattr(found, "status", None) is GenerationStatus.COMPLETED


VOICES = (Audio(ref_id="anna", file=WAV), Audio(ref_id="ben", file=WAV))
RANGES = (
    SegmentData(start=500, end=1_500, ref_id="anna", crop_start=1_000, crop_end=2_000),
    SegmentData(start=3_500, end=5_000, ref_id="ben"),
    SegmentData(start=1_500, end=2_500, ref_id="anna"),
)


def test_given_two_voices_for_three_ranges_when_made_then_each_range_carries_its_own(
    sync: LipSyncWorld, at: Stage, tmp_path: Path
) -> None:
    done = _made(sync, at, tmp_path / "done.mp4", audios=VOICES, segments=RANGES)

    assert done.job.status is LipSyncStatus.COMPLETED
    anna, ben = at.folder / "anna.wav", at.folder / "ben.wav"
    rows = ((0.6, 0.8, anna, 1.1), (3.6, 1.3, ben, 0.1), (1.6, 0.8, anna, 0.1))
    for start, seconds, voice, crop in rows:
        there = heard(done.path, start, seconds)
        assert likeness(there, heard(voice, crop, seconds), shift=80) > 0.9
        other = ben if voice is anna else anna
        assert likeness(there, heard(other, 0.1, seconds), shift=80) < 0.3


def test_given_ranges_when_made_then_sound_and_picture_outside_of_them_are_as_they_were(
    sync: LipSyncWorld, at: Stage, tmp_path: Path
) -> None:
    done = _made(sync, at, tmp_path / "done.mp4", audios=VOICES, segments=RANGES)

    source = at.folder / "video.mp4"
    for start, seconds in ((0.05, 0.4), (2.6, 0.8), (5.1, 0.8)):
        same = likeness(heard(done.path, start, seconds), heard(source, start, seconds), shift=80)
        assert same > 0.99
    ours, theirs = _pictures(done.path), _pictures(source)
    assert len(ours) == len(theirs) == LENGTH // 40
    outside = [at for at in range(len(ours)) if not _inside(at * 40 + 20)]
    assert min(_likeness(ours[at], theirs[at]) for at in outside) > 35.0


def _inside(moment: int) -> bool:
    return any(one.start <= moment < one.end for one in RANGES)


def _pictures(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [
            bytes(frame.reformat(format="gray").planes[0]) for frame in container.decode(video=0)
        ]


def _likeness(one: bytes, other: bytes) -> float:
    """PSNR in decibels of two pictures in grey."""
    squares = sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) / len(one)
    return 99.0 if not squares else 10 * math.log10(255**2 / squares)


def test_given_text_to_remove_when_made_then_its_region_is_changed_in_its_time_alone(
    sync: LipSyncWorld, at: Stage, tmp_path: Path
) -> None:
    region = TextRegion(x=0.25, y=0.25, width=0.5, height=0.5, start=2_500, end=3_500)
    plain = _made(sync, at, tmp_path / "plain.mp4", audios=VOICES, segments=RANGES)
    covered = _made(
        sync,
        at,
        tmp_path / "covered.mp4",
        audios=VOICES,
        segments=RANGES,
        text_removal=TextRemoval(regions=(region,)),
    )

    ours, theirs = _pictures(covered.path), _pictures(plain.path)
    assert len(ours) == len(theirs)
    inside = [_likeness(ours[at], theirs[at]) for at in range(64, 87)]
    outside = [_likeness(ours[at], theirs[at]) for at in (10, 40, 60, 90, 120)]
    assert max(inside) < 30.0
    assert min(outside) > 35.0
    assert likeness(heard(covered.path), heard(plain.path), shift=16) > 0.999


def test_given_inputs_that_are_written_anew_when_made_then_they_are_what_they_were(
    sync: LipSyncWorld, at: Stage, tmp_path: Path
) -> None:
    tools = FfmpegLipSyncTools()
    video, audio = tmp_path / "plain.mp4", tmp_path / "plain.wav"

    tools.plain_video(str(at.folder / "video.mp4"), video, lambda: False)
    tools.plain_audio(str(at.folder / "video.mp4"), audio, lambda: False)

    assert abs(tools.inspect(video).duration - LENGTH) < 100
    sound = heard(at.folder / "video.mp4", 0.1, 1.0)
    assert likeness(heard(video, 0.1, 1.0), sound, shift=400) > 0.99
    assert likeness(heard(audio, 0.1, 1.0), sound, shift=400) > 0.99


def test_given_a_video_when_stills_are_taken_then_there_is_one_for_each_second(
    at: Stage, tmp_path: Path
) -> None:
    shutil.copy(at.folder / "video.mp4", tmp_path / "video.mp4")

    stills = FfmpegLipSyncTools().stills(tmp_path / "video.mp4", tmp_path, 1_000)

    assert len(stills) == 6
