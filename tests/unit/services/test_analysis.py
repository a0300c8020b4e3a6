from __future__ import annotations

import json
from dataclasses import replace

import pytest

from functions.domain.analyses.plan import ANALYSES
from functions.domain.cutting.segmentation import Mode, Segmentation
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.extras import DEFAULT_EXTRAS, Extra
from functions.domain.runs.run import Stage
from functions.services.analyses.fail_analysis import fail_analysis
from functions.services.analyses.left import missing, read_boundaries, read_result
from functions.services.analyses.plan_analysis import AnalysisToDo
from functions.services.runs.stages import StageWork
from tests.builders import RUN, VIDEO
from tests.fakes.cutter import WorkerKilledError
from tests.fakes.world import World


def _probed(world: World, **overrides: object) -> World:
    world.queue(**overrides)
    world.claim()
    world.probe()
    return world


def test_given_the_usual_extras_when_looked_for_then_the_video_names_what_was_made(world: World):
    _probed(world).look()

    video = world.video()
    assert set(video.analysed) == set(DEFAULT_EXTRAS)
    result = read_result(world.media, video)
    assert result.loudness
    assert result.loudness.integrated == pytest.approx(-20.0, abs=0.01)
    assert result.boundaries.envelope
    assert result.boundaries.scenes is None
    for key in (result.preview, result.waveform, result.peaks):
        assert key in world.media.objects
    assert f"{result.sheets}/sheet-0000-00.jpg" in world.media.objects


def test_given_nothing_asked_for_when_planned_then_nothing_is_looked_at(world: World):
    to_do = _probed(world, extras=()).look()

    assert to_do == AnalysisToDo(needed=False, stages=world.run().todo)
    assert (world.analyser.jobs, world.video().analysis_key) == ([], None)
    assert world.run().times(Stage.ANALYSIS).reused


def test_given_all_was_made_when_run_again_then_nothing_is_looked_at(world: World):
    _probed(world).look()
    before = (world.video(), dict(world.media.objects), len(world.analyser.jobs))

    assert not world.look().needed
    assert (world.video(), world.media.objects, len(world.analyser.jobs)) == before


def test_given_more_is_wanted_when_run_again_then_only_that_is_looked_for(world: World):
    _probed(world, extras=(Extra.LOUDNESS,)).look()
    kept = read_result(world.media, world.video()).loudness
    world.videos.save(replace(world.video(), extras=(Extra.LOUDNESS, Extra.BLACK)))

    world.look()

    assert world.analyser.jobs[-1].plan.wanted == (Extra.BLACK,)
    result = read_result(world.media, world.video())
    assert (result.loudness, result.made) == (kept, (Extra.LOUDNESS, Extra.BLACK))
    assert result.black


def test_given_windows_that_were_looked_at_when_delivered_again_then_they_are_not_repeated(
    world: World,
):
    to_do = _probed(world).plan_look()

    assert world.look_at(to_do, 0)
    assert not world.look_at(to_do, 0)
    assert len(world.analyser.jobs) == 1


def test_given_a_worker_killed_in_a_window_when_tried_again_then_the_same_is_made(world: World):
    to_do = _probed(world).plan_look()
    world.analyser.dies_at = 0
    with pytest.raises(WorkerKilledError):
        world.look_at(to_do, 0)

    world.analyser.dies_at = None
    world.look()

    assert not missing(StageWork(world.video(), world.run()))


@pytest.mark.parametrize("end", ["preview.webp", "peaks.json", "waveform.png"])
def test_given_a_lost_write_when_finished_again_then_the_result_is_whole(world: World, end: str):
    to_do = _probed(world).plan_look()
    world.look_at(to_do, 0)
    world.media.refuse = {end}
    with pytest.raises(UnavailableError):
        world.finish_look(to_do)
    assert world.video().analysis_key is None

    world.finish_look(to_do)
    world.finish_look(to_do)

    assert not missing(StageWork(world.video(), world.run()))


@pytest.mark.parametrize(
    ("mode", "extra"), [(Mode.SCENES, Extra.SCENES), (Mode.SILENCE, Extra.SILENCE)]
)
def test_given_a_mode_that_follows_boundaries_when_planned_then_they_are_looked_for_first(
    world: World, mode: Mode, extra: Extra
):
    to_do = _probed(world, extras=(), segmentation=Segmentation(mode=mode)).plan_look()

    assert to_do.first
    with pytest.raises(UnavailableError):
        read_boundaries(world.context, world.video())
    world.look()
    assert world.video().analysed == (extra,)
    found = read_boundaries(world.context, world.video())
    assert (found.scenes is not None, found.envelope is not None) == (
        mode is Mode.SCENES,
        mode is Mode.SILENCE,
    )


def test_given_boundaries_from_before_when_cut_anew_then_nothing_comes_first(world: World):
    _probed(world, extras=(Extra.SCENES,)).look()
    world.videos.save(replace(world.video(), segmentation=Segmentation(mode=Mode.SCENES)))

    assert not world.plan_look().needed
    assert read_boundaries(world.context, world.video()).scenes


def test_given_a_mode_that_follows_nothing_when_planned_then_the_cut_waits_for_nothing(
    world: World,
):
    assert not _probed(world, extras=ANALYSES).plan_look().first


def test_given_a_failed_analysis_when_recorded_then_the_video_says_so_until_it_is_made(
    world: World,
):
    to_do = _probed(world).plan_look()
    world.analyser.fails = MediaError("analysis.undecodable", "Save it again.")
    with pytest.raises(MediaError) as caught:
        world.look_at(to_do, 0)
    fail_analysis(
        world.context,
        video_id=VIDEO,
        run_id=RUN,
        code=caught.value.code,
        detail=caught.value.detail,
    )

    error = world.video().analysis_error
    assert error
    assert (error.code, error.stage) == ("analysis.undecodable", "analysis")
    assert world.video().error is None
    world.analyser.fails = None
    world.look()
    assert world.video().analysis_error is None


def test_given_peaks_when_read_then_they_are_pairs_as_audiowaveform_writes_them(world: World):
    _probed(world, extras=(Extra.WAVEFORM,)).look()

    key = read_result(world.media, world.video()).peaks
    assert key
    document = json.loads(world.media.objects[key])
    assert document["length"] * 2 == len(document["data"])
    assert set(document["data"]) == {-64, 64}
