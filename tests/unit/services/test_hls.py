from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from functions.domain.errors import MediaError, UnavailableError
from functions.domain.extras import Extra
from functions.domain.hls.plan import WINDOW_BYTES
from functions.domain.keys import proxy_key
from functions.domain.media.probe import Probe
from functions.domain.runs.run import Stage, StageTimes
from functions.services.cutting.cut_window import Bounds
from functions.services.hls.fail_hls import fail_hls
from functions.services.hls.finish_hls import finish_hls
from functions.services.hls.left import read_playlist
from functions.services.hls.plan_hls import HlsToDo, plan_rendition
from functions.services.hls.write_hls import write_window
from tests.builders import RUN, USER, VIDEO, make_probe, make_run
from tests.fakes.cutter import WorkerKilledError
from tests.fakes.hls_writer import FakeHlsWriter
from tests.fakes.prober import FakeProber
from tests.fakes.world import World

IDS = {"video_id": VIDEO, "run_id": RUN}


@dataclass
class Studio:
    """A world whose video is to get a rendition, of a source that three functions share."""

    world: World = field(default_factory=World)
    writer: FakeHlsWriter = field(default_factory=FakeHlsWriter)

    def probed(self, probe: Probe | None = None, *extras: Extra) -> Studio:
        if probe:
            self.world.prober = FakeProber(probe)
        source = self.world.queue(extras=extras or (Extra.HLS,))
        large = replace(source, size=3 * WINDOW_BYTES)
        self.world.videos.save(replace(self.world.video(), source=large))
        self.world.claim()
        self.world.probe()
        return self

    def plan(self) -> HlsToDo:
        return plan_rendition(self.world.context, self.world.prober, **IDS)

    def write(self, to_do: HlsToDo, index: int) -> int:
        with tempfile.TemporaryDirectory() as folder:
            bounds = Bounds(folder=Path(folder), disk_budget=1_000_000, stop=lambda: False)
            return write_window(
                self.world.context,
                self.writer,
                bounds,
                hls_id=to_do.hls_id,
                index=index,
                **IDS,
            )

    def finish(self, to_do: HlsToDo) -> int:
        return finish_hls(self.world.context, hls_id=to_do.hls_id, **IDS)

    def make(self) -> HlsToDo:
        to_do = self.plan()
        for index in to_do.windows:
            self.write(to_do, index)
        self.finish(to_do)
        return to_do

    def pieces(self) -> list[str]:
        names = (key.rpartition("/")[2] for key in self.world.media.objects if "/hls-" in key)
        return sorted(name for name in names if name.endswith(".m4s"))


@pytest.fixture
def studio() -> Studio:
    return Studio()


def _with_codec(codec: str) -> Probe:
    probe = make_probe()
    assert probe.media.video
    video = replace(probe.media.video, codec=codec)
    return replace(probe, media=replace(probe.media, video=video))


def test_given_a_video_when_made_then_every_piece_is_named_once(studio: Studio):
    studio.probed().make()

    video = studio.world.video()
    text = read_playlist(studio.world.media, video)
    assert video.hls_key
    assert len(studio.pieces()) > 3
    assert [name for name in studio.pieces() if text.count(f"/{name}?") != 1] == []
    assert text.count("#EXT-X-MAP") == 1


def test_given_a_large_source_when_planned_then_functions_share_it(studio: Studio):
    assert studio.probed().plan().windows == (0, 1, 2)


def test_given_no_wish_for_hls_when_planned_then_nothing_is_to_do(studio: Studio):
    studio.probed(None, Extra.SCENES)

    assert studio.plan() == HlsToDo()
    assert studio.world.plan_look().hls is False


def test_given_a_wish_for_hls_alone_when_planned_then_only_that_is_to_do(studio: Studio):
    to_do = studio.probed().world.plan_look()

    assert (to_do.needed, to_do.hls) == (False, True)


def test_given_a_finished_rendition_when_run_again_then_nothing_is_redone(studio: Studio):
    first = studio.probed().make()
    jobs = len(studio.writer.jobs)

    assert studio.plan() == HlsToDo()
    assert studio.finish(first) == 0
    assert len(studio.writer.jobs) == jobs


def test_given_a_finished_window_when_run_again_then_it_is_not_read_again(studio: Studio):
    to_do = studio.probed().plan()

    assert studio.write(to_do, 0) > 0
    assert studio.write(to_do, 0) == 0
    assert len(studio.writer.jobs) == 1


def test_given_a_killed_worker_when_run_again_then_the_rendition_is_whole(studio: Studio):
    to_do = studio.probed().plan()
    studio.writer.dies_at = 2
    with pytest.raises(WorkerKilledError):
        studio.write(to_do, 0)

    studio.writer.dies_at = None
    assert studio.plan() == to_do
    studio.make()

    text = read_playlist(studio.world.media, studio.world.video())
    assert text.count("#EXTINF") == len(studio.pieces())


def test_given_an_upload_that_fails_when_written_then_the_window_is_not_noted(studio: Studio):
    to_do = studio.probed().plan()
    studio.world.media.refuse.add("000001.m4s")

    with pytest.raises(UnavailableError):
        studio.write(to_do, 0)

    with pytest.raises(UnavailableError):
        studio.finish(to_do)


def test_given_a_picture_that_cannot_be_copied_when_planned_then_it_is_said(studio: Studio):
    studio.probed(_with_codec("mpeg2video"))

    with pytest.raises(MediaError) as refused:
        studio.plan()

    assert refused.value.code == "hls.picture"


def test_given_such_a_picture_and_a_proxy_when_planned_then_that_is_written(studio: Studio):
    studio.probed(_with_codec("mpeg2video"), Extra.HLS, Extra.PROXY)
    source = studio.world.video().source
    assert source
    key = proxy_key(USER, VIDEO, source.etag)
    studio.world.media.put(key, b"<small>")
    studio.world.prober = FakeProber(make_probe())

    studio.make()

    assert all(key in job.source_url for job in studio.writer.jobs)
    assert studio.world.video().hls_key


def test_given_a_failure_when_noted_then_the_video_tells_of_it_and_is_what_it_was(studio: Studio):
    studio.probed()
    before = studio.world.video().status

    fail_hls(studio.world.context, **IDS, code="hls.picture", detail="Not so.")

    video = studio.world.video()
    assert video.hls_error
    assert (video.hls_error.code, video.hls_error.stage) == ("hls.picture", "hls")
    assert (video.status, video.error) == (before, None)


def test_given_an_earlier_failure_when_made_after_all_then_it_is_forgotten(studio: Studio):
    studio.probed()
    fail_hls(studio.world.context, **IDS, code=None, detail=None)

    studio.make()

    assert studio.world.video().hls_error is None


def test_given_a_rendition_when_made_then_the_run_tells_when(studio: Studio):
    studio.probed()
    to_do = studio.plan()
    begun = studio.world.run().times(Stage.HLS)
    for index in to_do.windows:
        studio.write(to_do, index)
    studio.finish(to_do)

    ended = studio.world.run().times(Stage.HLS)
    assert begun.started_at is not None
    assert (begun.finished_at, ended.finished_at is None, ended.reused) == (None, False, False)


def test_given_a_rendition_that_is_there_when_planned_again_then_its_stage_is_reused(
    studio: Studio,
):
    studio.probed()
    video = studio.world.video()
    studio.world.videos.save(replace(video, hls_key="media/list.json"))

    assert studio.world.plan_look().hls is False

    assert studio.world.run().times(Stage.HLS).reused


def test_given_a_run_without_the_stage_when_planned_then_no_rendition_is_made(studio: Studio):
    studio.probed()
    other = make_run(run_id="run-2", todo=(Stage.CLAIM, Stage.PROBE, Stage.FINISH))
    studio.world.runs.create(other)
    studio.world.videos.save(replace(studio.world.video(), run_id=other.run_id))
    studio.world.run_id = other.run_id

    assert studio.world.plan_look().hls is False
    assert studio.world.run().times(Stage.HLS) == StageTimes()


def test_given_a_rendition_when_its_stage_is_run_again_then_every_window_is_written_again_once(
    studio: Studio,
):
    """What windows wrote lies under work/ for days."""
    studio.probed()
    studio.make()
    world = studio.world
    world.videos.save(world.video().ready(segment_count=0, poster_id=None, now=world.clock()))
    before, written = world.video().hls_key, len(studio.writer.jobs)

    run = world.again(from_stage=Stage.HLS, stages=(Stage.HLS,))
    world.claim()
    assert world.plan_look().hls
    ids = {"video_id": VIDEO, "run_id": run.run_id}
    to_do = plan_rendition(world.context, world.prober, **ids)
    for _ in range(2):
        for index in to_do.windows:
            with tempfile.TemporaryDirectory() as folder:
                bounds = Bounds(folder=Path(folder), disk_budget=1_000_000, stop=lambda: False)
                write_window(
                    world.context, studio.writer, bounds, hls_id=to_do.hls_id, index=index, **ids
                )
    finish_hls(world.context, hls_id=to_do.hls_id, **ids)

    assert len(studio.writer.jobs) == 2 * written
    assert (world.video().hls_key, world.video().hls_run) == (before, run.run_id)
    assert world.plan_look().hls is False
