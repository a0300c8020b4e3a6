from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields, replace
from ipaddress import ip_address

import pytest

from functions.domain.ingests.addresses import AddressRules
from functions.runtime.api_settings import ApiSettings
from functions.runtime.run_settings import IngestSettings
from functions.runtime.settings import load
from infra.stages import stage_settings, with_local_sources
from tests.environment import FUNCTION_ENVIRONMENT
from tests.infra.handlers import HANDLERS, ROOT, layers, settings_class, variables
from tests.infra.synth import STAGES, Synth, synthesise, synthesise_with

COMMON = {"POWERTOOLS_LOG_LEVEL", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"}
RESERVED = re.compile(r"AWS_|LAMBDA_|_|TZ$|PATH$|LD_LIBRARY_PATH$|PYTHONPATH$")
IMPORT = """
import importlib, sys
module = importlib.import_module(sys.argv[1])
assert callable(module.lambda_handler)
"""

each_handler = pytest.mark.parametrize("handler", HANDLERS)


def _expected(synth: Synth, handler: str) -> set[str]:
    trusting = "ffmpeg" in layers(handler) and not synth.settings.local
    return variables(handler) | COMMON | ({"SSL_CERT_FILE"} if trusting else set())


@each_handler
def test_given_a_handlers_settings_when_deployed_then_the_variables_are_just_those(
    synth: Synth, handler: str
):
    assert set(synth.environment(synth.functions()[handler])) == _expected(synth, handler)


@each_handler
def test_given_a_function_when_deployed_then_no_variable_is_lambdas_own(synth: Synth, handler: str):
    names = synth.environment(synth.functions()[handler])

    assert [name for name in names if RESERVED.match(name)] == []


@each_handler
def test_given_a_functions_variables_when_loaded_then_every_one_can_be_read(
    synth: Synth, handler: str
):
    environment = synth.environment(synth.functions()[handler])

    loaded = load(settings_class(handler), environment)

    values = {item.name: getattr(loaded, item.name) for item in fields(loaded)}
    assert [name for name, it in values.items() if not it and not isinstance(it, bool)] == []


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    "handler", [handler for handler in HANDLERS if "TIER_LIMITS" in variables(handler)]
)
def test_given_a_stages_tiers_when_a_function_reads_them_then_they_are_the_same(
    stage: str, handler: str
):
    settings = stage_settings(stage)
    tiers = settings.tiers

    read = _read_tiers(handler, settings.tier_limits())

    assert read == {name: (tier.max_bytes, tier.max_duration) for name, tier in tiers.items()}


def _read_tiers(handler: str, text: str) -> dict[str, tuple[int, int]]:
    loaded = load(settings_class(handler), {**FUNCTION_ENVIRONMENT, "TIER_LIMITS": text})
    limits = loaded.tier_limits  # type: ignore[attr-defined]
    return {tier.value: (row.max_bytes, row.max_duration) for tier, row in limits.items()}


def _api(synth: Synth) -> ApiSettings:
    """The API's settings as it reads them where it is deployed."""
    return load(ApiSettings, synth.environment(synth.functions()["api.app"]))


def test_given_a_stages_rates_when_the_api_reads_them_then_every_tier_has_its_own(synth: Synth):
    read = {tier.value: rate for tier, rate in _api(synth).rate_limits.items()}

    assert read == synth.settings.rates
    assert 0 < read["free"] < read["pro"] < read["enterprise"]


@pytest.mark.parametrize("handler", ["api.app", "ingest_source"])
def test_given_a_cloud_stage_when_deployed_then_only_the_public_internet_is_fetched_from(
    cloud: Synth, handler: str
):
    rules = _source_rules(cloud, handler)

    assert rules.openings == ()
    assert rules.ports == {80, 443}
    private = ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00:ec2::254")
    open_to = [text for text in private for port in (80, 443) if _open(rules, text, port)]
    assert open_to == []


@pytest.mark.parametrize("handler", ["api.app", "ingest_source"])
def test_given_one_machine_when_deployed_with_its_sources_then_their_port_alone_is_open(
    handler: str,
):
    deployed = synthesise_with(with_local_sources(stage_settings("local"), 23_456))
    rules = _source_rules(deployed, handler)

    assert [port for port in range(1, 65_536) if _open(rules, "127.0.0.1", port)] == [23_456]
    assert not _open(rules, "10.0.0.1", 23_456)
    assert _source_rules(synthesise("local"), handler).openings == ()


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_given_a_cloud_stage_when_it_is_to_have_sources_of_its_own_then_it_is_refused(stage: str):
    with pytest.raises(ValueError, match="public internet"):
        with_local_sources(stage_settings(stage), 80)


def _source_rules(synth: Synth, handler: str) -> AddressRules:
    environment = synth.environment(synth.functions()[handler])
    rules = getattr(load(settings_class(handler), environment), "source_rules")  # noqa: B009
    assert isinstance(rules, AddressRules)
    return rules


def _open(rules: AddressRules, text: str, port: int) -> bool:
    return rules.allows(ip_address(text), port)


def test_given_a_stages_time_for_sources_when_read_then_every_tier_has_its_own(synth: Synth):
    environment = synth.environment(synth.functions()["ingest_source"])
    read = load(IngestSettings, environment).fetch_seconds

    assert {tier.value: seconds for tier, seconds in read.items()} == synth.settings.fetch_seconds
    # Within what its state machine and its upload may take.
    assert max(read.values()) < 12 * 3_600


def test_given_any_stage_when_deployed_then_numbers_of_youtube_stay_apart(synth: Synth):
    """Its terms allow them in sums with others' only after an audit, which nobody has had."""
    assert _api(synth).youtube_combined is False


def test_given_an_audit_when_its_setting_is_switched_on_then_the_api_knows():
    audited = synthesise_with(replace(stage_settings("dev"), youtube_combined=True))

    assert _api(audited).youtube_combined is True


@pytest.mark.parametrize(
    ("variable", "table"),
    [
        ("VIDEOS_TABLE", "Videos"),
        ("RUNS_TABLE", "PipelineRuns"),
        ("SEGMENTS_TABLE", "Segments"),
        ("COUNTERS_TABLE", "Counters"),
        ("SNAPSHOTS_TABLE", "SocialSnapshots"),
        ("RATES_TABLE", "RateLimits"),
        ("PREFERENCES_TABLE", "Preferences"),
        ("MOMENTS_TABLE", "Moments"),
        ("GENERATIONS_TABLE", "MomentGenerations"),
        ("TRANSCRIPTIONS_TABLE", "Transcriptions"),
        ("IDEMPOTENCY_TABLE", "Idempotency"),
        ("DELETIONS_TABLE", "Deletions"),
        ("LIPSYNC_JOBS_TABLE", "LipSyncJobs"),
        ("LIPSYNC_GATE_TABLE", "LipSyncGate"),
        ("SOCIAL_POSTS_TABLE", "SocialPosts"),
        ("SOCIAL_ACCOUNTS_TABLE", "SocialAccounts"),
        ("BUDGETS_TABLE", "SocialBudgets"),
        ("SYNCS_TABLE", "SocialSyncs"),
    ],
)
def test_given_a_variable_of_a_table_when_deployed_then_it_names_that_table(
    synth: Synth, variable: str, table: str
):
    """All are text: two of them exchanged would load without a word."""
    named = {
        synth.environment(function)[variable]
        for function in synth.functions().values()
        if variable in function["Environment"]["Variables"]
    }

    assert named == {f"<{synth.table(table)}>"}


@each_handler
def test_given_only_a_functions_variables_when_imported_then_it_has_its_handler(
    dev: Synth, handler: str
):
    """In a process of its own: settings are read when a handler is imported."""
    function = dev.functions()[handler]
    module, _, name = function["Handler"].rpartition(".")
    environment = {
        **dev.environment(function),
        "AWS_REGION": "eu-west-1",
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT, module],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert name == "lambda_handler"
    assert done.returncode == 0, done.stderr
