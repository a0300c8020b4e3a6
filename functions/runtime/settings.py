"""The environment of each function, as one frozen dataclass: the only place that reads it.

A field `videos_table` is the variable VIDEOS_TABLE. `infra` sets the same names, and a test holds
both sides against each other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, Final, TypeVar, get_type_hints

from functions.domain.codec import from_plain
from functions.domain.ingests.addresses import AddressRules, parse_rules
from functions.domain.lipsync.rules import LipSyncRules
from functions.domain.moments.models import Models
from functions.domain.platforms.cadence import Cadence, Step
from functions.domain.posts.post import Platform
from functions.domain.tiers import LimitsByTier, RatesByTier, Tier, TierLimits

T = TypeVar("T")


class SettingsError(Exception):
    """A variable is missing or unreadable; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where rows and objects are."""

    videos_table: str
    runs_table: str
    segments_table: str
    counters_table: str
    snapshots_table: str
    media_bucket: str


def load(kind: type[T], environment: Mapping[str, str] | None = None) -> T:
    """Read a settings class. Raises SettingsError naming every variable that is wrong."""
    values = os.environ if environment is None else environment
    hints = get_type_hints(kind)
    read: dict[str, Any] = {}
    wrong: list[str] = []
    for item in fields(kind):  # type: ignore[arg-type]
        name = item.name.upper()
        try:
            read[item.name] = _parse(hints[item.name], values[name])
        except (KeyError, ValueError) as error:
            wrong.append(f"{name} ({type(error).__name__})")
    if wrong:
        raise SettingsError(f"{kind.__name__}: missing or unreadable: {', '.join(wrong)}")
    return kind(**read)


def _parse(hint: Any, text: str) -> Any:
    if hint is str:
        return text
    if hint in {int, float}:
        return hint(text)
    if hint is bool:
        return {"true": True, "false": False}[text]
    rows = json.loads(text)
    if hint == tuple[int, ...]:
        return tuple(int(one) for one in rows)
    if hint in _READERS:
        return _READERS[hint](rows)
    return _rates(rows) if hint == RatesByTier else _limits(rows)


def _models(rows: Any) -> Models:
    """The usual one must be one of them."""
    try:
        models = from_plain(Models, rows)
        models.named(models.usual)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("models are incomplete") from error
    return models


def _lipsync(rows: Any) -> LipSyncRules:
    try:
        return from_plain(LipSyncRules, rows)
    except (AttributeError, TypeError) as error:
        raise ValueError("rules are incomplete") from error


def _rules(rows: Any) -> AddressRules:
    try:
        return parse_rules([int(port) for port in rows["ports"]], rows["openings"])
    except (KeyError, TypeError) as error:
        raise ValueError("rules are incomplete") from error


def _cadence(rows: Any) -> Cadence:
    """Hours by hours of age, and the platforms that are looked at once a day."""
    try:
        steps = [
            Step(timedelta(hours=row["until_h"]), timedelta(hours=row["every_h"]))
            for row in rows["steps"]
        ]
        return Cadence(steps=steps, daily=frozenset(map(Platform, rows["daily"])))
    except (KeyError, TypeError) as error:
        raise ValueError("the cadence is incomplete") from error


def _rates(rows: Any) -> RatesByTier:
    try:
        return {tier: int(rows[tier.value]) for tier in Tier}
    except (KeyError, TypeError) as error:
        raise ValueError("tiers are incomplete") from error


def _limits(rows: Any) -> LimitsByTier:
    """Every tier, or none at all: a missing one would only be noticed by its users."""
    try:
        return {
            tier: TierLimits(
                max_bytes=int(rows[tier.value]["max_bytes"]),
                max_duration=int(rows[tier.value]["max_duration"]),
            )
            for tier in Tier
        }
    except (KeyError, TypeError) as error:
        raise ValueError("tiers are incomplete") from error


_READERS: Final[Mapping[Any, Callable[[Any], Any]]] = {
    Models: _models,
    AddressRules: _rules,
    Cadence: _cadence,
    LipSyncRules: _lipsync,
}
