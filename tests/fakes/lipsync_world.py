"""A user's video, two voices, and the steps of a lip-sync job as one-word calls."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from functions.domain.codec import from_plain
from functions.domain.keys import voice_key
from functions.domain.lipsync.asked import (
    Audio,
    FileAnnounced,
    LipSyncAsked,
    SegmentData,
    TextRegion,
    TextRemoval,
)
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.rules import LipSyncRules
from functions.domain.lipsync.states import JobOverError, LipSyncStatus
from functions.domain.media.ports import MediaStore
from functions.domain.media.probe import AudioTrack, Media
from functions.domain.media.source import Source
from functions.domain.tiers import Tier
from functions.services.deletions.mark_video import mark_video
from functions.services.lipsync.await_lipsync import await_lipsync
from functions.services.lipsync.collect_lipsync import Collecting, collect_lipsync
from functions.services.lipsync.course import Onward, Step
from functions.services.lipsync.create_lipsync import create_lipsync
from functions.services.lipsync.encode_lipsync import Encoding, encode_lipsync
from functions.services.lipsync.enter_lipsync import enter_lipsync
from functions.services.lipsync.finish_lipsync import Finishing, finish_lipsync
from functions.services.lipsync.hint_lipsync import hint_lipsync
from functions.services.lipsync.jobs import LipSyncDesk, LipSyncLine
from functions.services.lipsync.poll_lipsync import Looked, Looking, look_around
from functions.services.lipsync.prepare_lipsync import prepare_lipsync
from functions.services.lipsync.start_lipsync import video_arrival, voice_arrival
from functions.services.lipsync.submit_lipsync import Submission, submit_lipsync
from functions.services.ownership import Caller
from functions.services.runs.fence import fenced
from functions.services.runs.start_run import ObjectCreated, start_from_event
from tests.builders import USER, VIDEO, make_probe, make_queued_video
from tests.environment import FUNCTION_ENVIRONMENT
from tests.fakes.lipsync import (
    FakeLipSyncTools,
    FakeProvider,
    FakeResults,
    FakeTextDetector,
)
from tests.fakes.scribes import FakeTokens
from tests.fakes.world import LIMITS, World

RULES = from_plain(LipSyncRules, json.loads(FUNCTION_ENVIRONMENT["LIPSYNC_RULES"]))
WAV = FileAnnounced(file_name="a.wav", size=5, content_type="audio/wav")
SOUND = Media(
    container="wav",
    duration=6_000,
    audio=AudioTrack(index=0, codec="pcm_s16le", sample_rate=48_000, channels=1, tracks=1),
)
PICTURE = make_probe().media


@dataclass
class ProberOf:
    """What each file is, by its key; a video where nothing else was told."""

    known: dict[str, Media | Exception] = field(default_factory=dict)

    def probe(self, source: Source) -> Any:
        found = self.known.get(source.key, SOUND if "/lipsync/" in source.key else PICTURE)
        if isinstance(found, Exception):
            raise found
        return replace(make_probe(), media=found)


@dataclass
class LipSyncWorld:
    world: World = field(default_factory=World)
    provider: FakeProvider = field(default_factory=FakeProvider)
    results: FakeResults = field(default_factory=FakeResults)
    tools: FakeLipSyncTools = field(default_factory=FakeLipSyncTools)
    detector: FakeTextDetector = field(default_factory=FakeTextDetector)
    tokens: FakeTokens = field(default_factory=FakeTokens)
    prober: ProberOf = field(default_factory=ProberOf)
    hinted: list[str] = field(default_factory=list)
    video_id: str = VIDEO
    caller: Caller = field(default_factory=lambda: Caller(user_id=USER, tier=Tier.PRO))

    def __post_init__(self) -> None:
        self.jobs, self.gate = self.world.lipsync_jobs, self.world.lipsync_gate
        self.runs = self.world.lipsync_runs
        self.tools.length = PICTURE.duration
        source = self.world.media.put(f"uploads/{USER}/{VIDEO}/source", b"source")
        self.world.videos.create(make_queued_video(source=source, media=PICTURE))

    @property
    def desk(self) -> LipSyncDesk:
        return LipSyncDesk(
            jobs=self.jobs,
            videos=self.world.videos,
            media=self.world.media,
            rules=RULES,
            clock=self.world.clock,
        )

    @property
    def media(self) -> MediaStore:
        """As workers have it."""
        return fenced(self.world.media, self.world.videos)

    @property
    def line(self) -> LipSyncLine:
        return LipSyncLine(
            jobs=self.jobs, gate=self.gate, tokens=self.tokens, clock=self.world.clock
        )

    def asked(self, **more: Any) -> LipSyncAsked:
        values = {
            "video_id": self.video_id,
            "audios": (Audio(ref_id="a", file=WAV),),
            "segments": (SegmentData(start=1_000, end=3_000, ref_id="a"),),
            **more,
        }
        return LipSyncAsked(**values)

    def create(self, key: str | None = None, **more: Any) -> LipSyncJob:
        return create_lipsync(
            self.desk,
            self.runs,
            self.caller,
            self.asked(**more),
            deletions=self.world.deletions,
            limits=LIMITS,
            key=key,
        )

    def send(self, job: LipSyncJob, index: int = 0, body: bytes = b"sound") -> bool:
        """A voice arrives; whether it was taken for one."""
        key = voice_key(job.user_id, job.video_id, job.inputs_of, index)
        self.world.media.put(key, body)
        return voice_arrival(self.desk, self.runs, key)

    def send_video(self, job: LipSyncJob) -> None:
        """The video of a job arrives, and starts the run that reads it."""
        key = f"uploads/{job.user_id}/{job.video_id}/source"
        event = ObjectCreated("media", self.world.media.put(key, b"a video"))
        run = start_from_event(event, self.world.stores, self.world.clock())
        assert run
        video_arrival(self.desk, self.runs, run.video_id)

    def ready(self, **more: Any) -> LipSyncJob:
        """A job with all of its files, looked at, that has a place."""
        job = self.create(**more)
        for at, audio in enumerate(job.audios):
            if audio.file:
                self.send(job, at)
        assert self.prepare(job.job_id)
        self.enter(job.job_id)
        return self.job(job.job_id)

    def prepare(self, job_id: str) -> bool:
        return prepare_lipsync(self.desk, self.prober, job_id)  # type: ignore[arg-type]

    def enter(self, job_id: str, token: str | None = None) -> int:
        token = token or f"place-{job_id}"
        self.tokens.waiting.add(token)
        return enter_lipsync(self.line, job_id, token)

    def submit(self, job_id: str) -> Onward:
        desk = Submission(
            line=self.line,
            provider=self.provider,
            videos=self.world.videos,
            media=self.media,
            webhook=lambda name: f"https://hook.test?job_id={name}",
        )
        return submit_lipsync(desk, job_id)

    def wait(self, job_id: str, token: str | None = None) -> bool:
        token = token or f"end-{job_id}"
        self.tokens.waiting.add(token)
        return await_lipsync(self.line, job_id, token)

    def submitted(self, **more: Any) -> LipSyncJob:
        job = self.ready(**more)
        assert self.submit(job.job_id).step is Step.WAIT
        assert self.wait(job.job_id)
        return self.job(job.job_id)

    @property
    def looking(self) -> Looking:
        return Looking(line=self.line, provider=self.provider)

    def hint(self, job_id: str, generation_id: str | None = None) -> bool:
        """A webhook has come; whether it is for anything."""
        name = generation_id or f"generation-{job_id}"
        return hint_lipsync(self.jobs, self, job_id, name, self.world.clock())

    def look_at(self, job_id: str) -> None:
        self.hinted.append(job_id)

    def look(self, seconds: float = 60) -> Looked:
        """One tick: sleeping moves the clock, and so does looking."""
        until = self.world.clock.now + timedelta(seconds=seconds)
        return look_around(self.looking, until, self.world.clock.pass_seconds)

    def in_folder(self, what: Callable[[Path], Any]) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            return what(Path(folder))

    def collect(self, job_id: str) -> Onward:
        def collected(folder: Path) -> Onward:
            desk = Collecting(
                line=self.line,
                provider=self.provider,
                videos=self.world.videos,
                media=self.media,
                results=self.results,
                tools=self.tools,
                folder=folder,
                stop=lambda: False,
            )
            return collect_lipsync(desk, job_id)

        found: Onward = self.in_folder(collected)
        return found

    def encode(self, job_id: str) -> None:
        self.in_folder(
            lambda folder: encode_lipsync(
                Encoding(
                    jobs=self.jobs,
                    videos=self.world.videos,
                    media=self.media,
                    tools=self.tools,
                    clock=self.world.clock,
                    folder=folder,
                    stop=lambda: False,
                ),
                job_id,
            )
        )

    def finish(self, job_id: str) -> str:
        def finished(folder: Path) -> str:
            desk = Finishing(
                jobs=self.jobs,
                videos=self.world.videos,
                segments=self.world.segments,
                media=self.media,
                tools=self.tools,
                detector=self.detector,
                clock=self.world.clock,
                folder=folder,
                stop=lambda: False,
            )
            return finish_lipsync(desk, job_id)

        found: str = self.in_folder(finished)
        return found

    def job(self, job_id: str) -> LipSyncJob:
        job = self.jobs.get(job_id)
        assert job
        return job

    def status(self, job_id: str) -> LipSyncStatus:
        return self.job(job_id).status

    def create_unmeasured(self, **more: Any) -> LipSyncJob:
        """While the pipeline has not looked at the video."""
        video = self.world.videos.get(VIDEO)
        assert video
        self.world.videos.save(replace(video, media=None))
        return self.create(**more)

    def films_at(self, frame_rate: float) -> None:
        """The video has so many frames a second."""
        video = self.world.videos.get(VIDEO)
        assert video
        assert video.media
        assert video.media.video
        picture = replace(video.media.video, frame_rate=frame_rate)
        media = replace(video.media, video=picture)
        self.world.videos.save(replace(video, media=media))
        self.prober.known[f"uploads/{USER}/{VIDEO}/source"] = media

    def audio_is(self, job: LipSyncJob, what: object) -> None:
        """The first voice turns out to be something else."""
        key = voice_key(job.user_id, job.video_id, job.inputs_of, 0)
        kinds: dict[str, Media] = {
            "video": replace(PICTURE, audio=SOUND.audio),
            "text": replace(SOUND, container="mpegts"),
        }
        self.prober.known[key] = what if isinstance(what, Exception) else kinds[str(what)]

    def break_result(self, **wrong: Any) -> None:
        for name, value in wrong.items():
            setattr(self.tools, name, value)

    def removal(self) -> TextRemoval:
        """One region is told; the detector finds another."""
        self.detector.boxes = [TextRegion(x=0.5, y=0.8, width=0.2, height=0.1)]
        region = TextRegion(x=0.1, y=0.1, width=0.2, height=0.1)
        return TextRemoval(regions=(region,), detect=True)

    def finish_again(self, job_id: str) -> str:
        try:
            return self.finish(job_id)
        except JobOverError:
            return "over"

    def delete_video(self) -> None:
        mark_video(
            self.world.videos,
            self.world.deletions,
            user_id=self.caller.user_id,
            video_id=self.video_id,
            now=self.world.clock(),
            settle=timedelta(0),
        )

    def make_user(self, name: str) -> None:
        """From now on it is this user who asks, for a video of his own."""
        self.caller = Caller(user_id=name, tier=Tier.PRO)
        self.video_id = f"video-of-{name}"
        source = self.world.media.put(f"uploads/{name}/{self.video_id}/source", b"source")
        video = make_queued_video(
            video_id=self.video_id, user_id=name, source=source, media=PICTURE
        )
        self.world.videos.create(video)
