"""Preferences: what holds for the table and for the fake alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.adapters.dynamo.preferences import DynamoPreferenceStore
from functions.domain.cutting.exactness import EncodeTarget, Exactness, Shape
from functions.domain.cutting.segmentation import AskedRange, Mode, Segmentation
from functions.domain.errors import StaleWriteError
from functions.domain.ports import PreferenceStore
from functions.domain.preferences import Preferences
from tests.fakes.clock import EPOCH
from tests.fakes.preferences import FakePreferenceStore

KINDS = [
    Segmentation(),
    Segmentation(mode=Mode.SCENES, threshold=27.5, min_length=2_000),
    Segmentation(mode=Mode.SILENCE, level=-35.5, max_length=60_000),
    Segmentation(mode=Mode.RANGES, ranges=(AskedRange(start=0, end=5, title="One"),)),
    Segmentation(
        cut=Exactness.ACCURATE, target=EncodeTarget(height=360, fps=29.97, shape=Shape.SQUARE)
    ),
]


@pytest.fixture(params=["fake", "dynamodb"])
def preferences(request: pytest.FixtureRequest, tables: dict[str, str]) -> PreferenceStore:
    if request.param == "fake":
        return FakePreferenceStore()
    return DynamoPreferenceStore(tables["preferences"])


class TestPreferenceStore:
    def test_given_nothing_was_saved_when_read_then_it_is_what_holds_for_everybody(
        self, preferences: PreferenceStore, fresh: str
    ) -> None:
        assert preferences.get(fresh) == Preferences(user_id=fresh)

    @pytest.mark.parametrize("wanted", KINDS, ids=lambda one: one.mode)
    def test_given_any_options_when_saved_then_they_read_back_as_they_were(
        self, preferences: PreferenceStore, fresh: str, wanted: Segmentation
    ) -> None:
        mine = Preferences(user_id=fresh, segmentation=wanted, updated_at=EPOCH)

        saved = preferences.save(mine)

        assert preferences.get(fresh) == saved == replace(mine, version=1)

    def test_given_a_version_that_moved_on_when_saved_then_the_first_stays(
        self, preferences: PreferenceStore, fresh: str
    ) -> None:
        read = preferences.get(fresh)
        preferences.save(replace(read, segmentation=Segmentation(mode=Mode.NONE)))

        with pytest.raises(StaleWriteError):
            preferences.save(replace(read, segmentation=Segmentation(length=5_000)))
        first = preferences.get(fresh)
        preferences.save(first)
        with pytest.raises(StaleWriteError):
            preferences.save(first)

        assert preferences.get(fresh).segmentation.mode is Mode.NONE
