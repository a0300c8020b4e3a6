from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields

import pytest

from functions.runtime.settings import load
from infra.settings import stage_settings
from tests.infra.handlers import HANDLERS, ROOT, layers, settings_class, variables
from tests.infra.synth import STAGES, Synth

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

    assert [item.name for item in fields(loaded) if not getattr(loaded, item.name)] == []


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
    names = variables(handler)
    loaded = load(settings_class(handler), {**dict.fromkeys(names, "1"), "TIER_LIMITS": text})
    limits = loaded.tier_limits  # type: ignore[attr-defined]
    return {tier.value: (row.max_bytes, row.max_duration) for tier, row in limits.items()}


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
