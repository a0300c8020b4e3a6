from __future__ import annotations

import json
from dataclasses import fields

import pytest

from functions.domain.tiers import Tier, TierLimits
from functions.runtime.api_settings import ApiSettings
from functions.runtime.run_settings import (
    ClaimSettings,
    CutSettings,
    PlanSettings,
    ProbeSettings,
    StartSettings,
)
from functions.runtime.settings import SettingsError, StoreSettings, load
from tests.environment import FUNCTION_ENVIRONMENT, MIB, TIERS

KINDS = [
    StoreSettings,
    StartSettings,
    ClaimSettings,
    ProbeSettings,
    PlanSettings,
    CutSettings,
    ApiSettings,
]


@pytest.mark.parametrize("kind", KINDS)
def test_given_no_variable_when_loaded_then_the_error_names_every_one(kind: type):
    with pytest.raises(SettingsError) as caught:
        load(kind, {})

    assert all(item.name.upper() in str(caught.value) for item in fields(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_given_every_variable_when_loaded_then_each_field_is_set(kind: type):
    loaded = load(kind, FUNCTION_ENVIRONMENT)

    assert all(getattr(loaded, item.name) is not None for item in fields(kind))


def test_given_one_variable_missing_when_loaded_then_only_it_is_named():
    partial = {name: text for name, text in FUNCTION_ENVIRONMENT.items() if name != "RUNS_TABLE"}

    with pytest.raises(SettingsError, match=r": RUNS_TABLE \(KeyError\)$"):
        load(StoreSettings, partial)


def test_given_a_number_that_is_none_when_loaded_then_it_is_named():
    wrong = {**FUNCTION_ENVIRONMENT, "HANDOVER_S": "soon", "DISK_BUDGET_MB": ""}

    with pytest.raises(SettingsError, match=r"DISK_BUDGET_MB.*HANDOVER_S"):
        load(CutSettings, wrong)


@pytest.mark.parametrize(
    "text",
    [
        "{not json",
        '{"free": {"max_bytes": 1}}',
        '{"gold": {"max_bytes": 1, "max_duration": 1}}',
        "[]",
        '{"free": 7}',
    ],
)
def test_given_limits_that_cannot_be_read_when_loaded_then_the_variable_is_named(text: str):
    with pytest.raises(SettingsError, match="TIER_LIMITS"):
        load(ProbeSettings, {**FUNCTION_ENVIRONMENT, "TIER_LIMITS": text})


def test_given_limits_as_json_when_loaded_then_each_tier_has_its_own():
    loaded = load(ProbeSettings, FUNCTION_ENVIRONMENT)

    assert loaded.tier_limits[Tier.FREE] == TierLimits(**TIERS["free"])
    assert loaded.tier_limits[Tier.FREE].max_bytes == 100 * MIB


def test_given_a_tier_left_out_when_loaded_then_that_is_noticed_before_a_user_of_it_comes():
    two = json.dumps({name: row for name, row in TIERS.items() if name != "enterprise"})

    with pytest.raises(SettingsError, match="TIER_LIMITS"):
        load(ProbeSettings, {**FUNCTION_ENVIRONMENT, "TIER_LIMITS": two})


def test_given_whole_numbers_when_loaded_then_they_are_integers():
    assert load(PlanSettings, FUNCTION_ENVIRONMENT).segments_per_window == 3
