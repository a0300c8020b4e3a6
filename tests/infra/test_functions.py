from __future__ import annotations

import pytest

from tests.infra.handlers import HANDLERS, layers
from tests.infra.synth import Synth

each_handler = pytest.mark.parametrize("handler", HANDLERS)


def test_given_the_handlers_sources_when_deployed_then_each_is_one_function(synth: Synth):
    assert sorted(synth.functions()) == HANDLERS


def test_given_all_functions_when_deployed_then_no_two_share_a_role(synth: Synth):
    roles = [synth.show(function["Role"]) for function in synth.functions().values()]

    assert len(set(roles)) == len(roles)


def test_given_all_functions_when_deployed_then_no_two_share_a_log_group(synth: Synth):
    groups = [
        synth.show(function["LoggingConfig"]["LogGroup"]) for function in synth.functions().values()
    ]

    assert len(set(groups)) == len(groups)


@each_handler
def test_given_a_function_when_deployed_then_its_logs_end_some_day(synth: Synth, handler: str):
    group = synth.show(synth.functions()[handler]["LoggingConfig"]["LogGroup"]).strip("<>")

    assert synth.of("Logs::LogGroup")[group]["RetentionInDays"] == synth.settings.log_days


@each_handler
def test_given_a_function_when_deployed_then_it_ends_within_lambdas_limit(
    synth: Synth, handler: str
):
    assert 0 < synth.functions()[handler]["Timeout"] <= 900


def test_given_the_api_when_deployed_then_it_ends_before_the_gateway_gives_up(synth: Synth):
    assert synth.functions()["api.app"]["Timeout"] < 30


@each_handler
def test_given_a_function_when_deployed_then_it_is_traced(synth: Synth, handler: str):
    assert synth.functions()[handler]["TracingConfig"] == {"Mode": "Active"}


@each_handler
def test_given_a_cloud_stage_when_deployed_then_functions_run_on_arm_with_managed_python(
    cloud: Synth, handler: str
):
    function = cloud.functions()[handler]

    assert function["Architectures"] == ["arm64"]
    assert function["Runtime"] == "python3.13"


@each_handler
def test_given_one_machine_when_deployed_then_functions_bring_their_own_runtime(
    local: Synth, handler: str
):
    function = local.functions()[handler]

    assert function["Runtime"] == "provided.al2023"
    assert "Layers" not in function


@each_handler
def test_given_what_a_handler_asks_bootstrap_for_when_deployed_then_it_has_just_those_layers(
    cloud: Synth, handler: str
):
    described = {
        f"<{name}>": layer["Description"].removeprefix("Cutroom: ")
        for name, layer in cloud.of("Lambda::LayerVersion").items()
    }
    has = [described[cloud.show(layer)] for layer in cloud.functions()[handler]["Layers"]]

    assert len(has) == len(set(has))
    assert set(has) == layers(handler)


@each_handler
def test_given_a_function_when_deployed_then_av_and_ffmpeg_are_never_both_unpacked(handler: str):
    assert not {"av", "ffmpeg"} <= layers(handler)


def test_given_the_sources_when_read_then_media_libraries_are_where_media_is_read():
    """Guards the derivation above: it must not quietly find nothing."""
    found = {handler: layers(handler) - {"dependencies"} for handler in HANDLERS}

    assert {handler: names for handler, names in found.items() if names} == {
        "probe_source": {"av"},
        "plan_segments": {"av"},
        "cut_window": {"ffmpeg"},
        "join_segment": {"ffmpeg"},
        "join_audio": {"ffmpeg"},
        "analyse_window": {"ffmpeg"},
        "finish_analysis": {"ffmpeg"},
        "plan_range": {"av"},
        "cut_range": {"ffmpeg"},
        "plan_hls": {"av"},
        "write_hls": {"ffmpeg"},
        "extract_speech": {"ffmpeg"},
        "prepare_lipsync": {"av"},
        "collect_lipsync": {"ffmpeg"},
        "encode_lipsync": {"ffmpeg"},
        "finish_lipsync": {"ffmpeg"},
    }


def test_given_a_cloud_stage_when_deployed_then_layers_are_for_the_functions_processor(
    cloud: Synth,
):
    wrong = {
        name: layer.get("CompatibleArchitectures")
        for name, layer in cloud.of("Lambda::LayerVersion").items()
        if layer.get("CompatibleArchitectures") != ["arm64"]
    }

    assert wrong == {}


def test_given_a_window_when_cut_then_what_waits_on_disk_leaves_room_for_what_is_made(
    synth: Synth,
):
    function = synth.functions()["cut_window"]
    budget = int(synth.environment(function)["DISK_BUDGET_MB"])

    assert budget * 2 <= function["EphemeralStorage"]["Size"]


def test_given_a_range_when_cut_then_its_file_and_its_sound_have_room(synth: Synth):
    functions = synth.functions()
    limit = int(synth.environment(functions["plan_range"])["RANGE_LIMIT_MB"])

    assert 0 < limit * 2 <= functions["cut_range"]["EphemeralStorage"]["Size"]


@pytest.mark.parametrize("handler", ["cut_window", "cut_range", "ingest_source"])
def test_given_a_cut_when_time_runs_out_then_it_gives_up_before_lambda_ends_it(
    synth: Synth, handler: str
):
    function = synth.functions()[handler]

    assert 0 < int(synth.environment(function)["HANDOVER_S"]) < function["Timeout"]


@each_handler
def test_given_a_function_when_deployed_then_it_is_of_the_same_code_as_the_others(
    synth: Synth, handler: str
):
    functions = synth.functions()

    assert functions[handler]["Code"] == functions[HANDLERS[0]]["Code"]
