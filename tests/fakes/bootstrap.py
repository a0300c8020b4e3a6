"""The composition root, composed of fakes."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from functions import (
    bootstrap,
    bootstrap_events,
    bootstrap_lipsync,
    bootstrap_media,
    bootstrap_moments,
    bootstrap_reaping,
    bootstrap_social,
    bootstrap_webhooks,
)
from tests.environment import FUNCTION_ENVIRONMENT
from tests.fakes.world import World

SECRET = b"a secret of thirty-two bytes ...."
HEALTHY = {"table:videos": True, "bucket:media": True, "queue:uploads": True}


def install(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """Handlers ask the roots for each of these by name, so that this is all they see."""
    made: dict[ModuleType, dict[str, tuple[str, Callable[[], object]]]] = {
        bootstrap: {
            "video_store": ("VIDEOS_TABLE", lambda: world.videos),
            "run_store": ("RUNS_TABLE", lambda: world.runs),
            "segment_counters": ("COUNTERS_TABLE", lambda: world.counters),
            "request_counts": ("RATES_TABLE", lambda: world.request_counts),
            "preference_store": ("PREFERENCES_TABLE", lambda: world.preferences),
            "media_store": ("MEDIA_BUCKET", lambda: world.media),
            "pipeline": ("STATE_MACHINE_ARN", lambda: world.pipeline),
            "range_cuts": ("RANGE_MACHINE_ARN", lambda: world.range_cuts),
            "ingests": ("INGEST_MACHINE_ARN", lambda: world.ingests),
            "user_directory": ("USER_POOL_ID", lambda: world.users),
            "cursor_secret": ("CURSOR_SECRET_ARN", lambda: SECRET),
        },
        bootstrap_media: {
            "prober": ("MEDIA_BUCKET", lambda: world.prober),
        },
        bootstrap_moments: {
            "moment_runs": ("MOMENT_MACHINE_ARN", lambda: world.moment_runs),
            "moment_store": ("MOMENTS_TABLE", lambda: world.moments),
        },
        bootstrap_reaping: {
            "run_watch": ("RUNS_TABLE", lambda: world.watch),
            "segment_watch": ("SEGMENTS_TABLE", lambda: world.segment_watch),
            "ingest_watch": ("VIDEOS_TABLE", lambda: world.ingest_watch),
        },
        bootstrap_social: {
            "demand_runs": ("SYNC_MACHINE_ARN", lambda: world.demand_runs),
            "demands": ("SYNCS_TABLE", lambda: world.demands),
        },
        bootstrap_lipsync: {
            "job_store": ("LIPSYNC_JOBS_TABLE", lambda: world.lipsync_jobs),
            "runs": ("LIPSYNC_MACHINE_ARN", lambda: world.lipsync_runs),
        },
        bootstrap_events: {
            "event_log": ("EVENTS_TABLE", lambda: world.events),
            "connections": ("CONNECTIONS_TABLE", lambda: world.connections),
        },
    }
    for root, makers in made.items():
        for name, (variable, fake) in makers.items():
            monkeypatch.setattr(root, name, _maker(variable, fake))
    _install_rest(monkeypatch, world)
    _install_webhooks(monkeypatch, world)


def _install_rest(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(bootstrap_lipsync, "gate", lambda *_: world.lipsync_gate)
    monkeypatch.setattr(bootstrap_lipsync, "utc_now", world.clock)
    monkeypatch.setattr(bootstrap, "segment_store", _segment_maker(world))
    monkeypatch.setattr(bootstrap_moments, "generation_store", lambda *_: world.generations)
    monkeypatch.setattr(
        bootstrap_moments,
        "moment_generator",
        lambda _, name, memory, stop: world.generator(name, memory, stop),
    )
    monkeypatch.setattr(bootstrap_moments, "moment_refiner", lambda _, name: world.refiner(name))
    monkeypatch.setattr(bootstrap_social, "keyring", lambda _: world.keyring)
    monkeypatch.setattr(bootstrap_social, "demand_work", lambda _: world.demand_work)
    monkeypatch.setattr(bootstrap, "run_lock", _lock_maker(world))
    monkeypatch.setattr(bootstrap_reaping, "outside_work", lambda: world.outside_work)
    # One clock for those who write leases and those who read them.
    for root in (bootstrap, bootstrap_media):
        monkeypatch.setattr(root, "utc_now", world.clock)
    monkeypatch.setattr(bootstrap_media, "source_reader", lambda _: world.reader)
    for name, makes in _shown(world).items():
        monkeypatch.setattr(bootstrap, name, makes)
    monkeypatch.setattr(bootstrap, "account", lambda: world.account)
    monkeypatch.setattr(bootstrap_media, "cutter", lambda: world.cutter)
    monkeypatch.setattr(bootstrap, "health_checks", lambda *_: HEALTHY)


def _install_webhooks(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    hooks, queues = world.hooks, ("WEBHOOK_SENDS_URL", "WEBHOOK_MATCHES_URL")
    made = {
        "webhook_store": ("WEBHOOKS_TABLE", lambda: hooks.store),
        "receiver_health": ("WEBHOOKS_TABLE", lambda: hooks.health),
        "delivery_store": ("WEBHOOK_DELIVERIES_TABLE", lambda: hooks.deliveries),
        "event_reader": ("EVENTS_TABLE", lambda: hooks.events),
        "secret_keeper": ("WEBHOOK_KEY_ID", lambda: hooks.keeper),
    }
    for name, (variable, fake) in made.items():
        monkeypatch.setattr(bootstrap_webhooks, name, _maker(variable, fake))

    def queue(*names: str) -> object:
        assert names == tuple(FUNCTION_ENVIRONMENT[name] for name in queues)
        return hooks.queue

    monkeypatch.setattr(bootstrap_webhooks, "webhook_queue", queue)
    monkeypatch.setattr(bootstrap_webhooks, "receivers", lambda _: hooks.receivers)
    monkeypatch.setattr(bootstrap_webhooks, "utc_now", hooks.clock)


def _maker(variable: str, fake: Callable[[], object]) -> Callable[[str], object]:
    def make(name: str) -> object:
        assert name == FUNCTION_ENVIRONMENT[variable], f"built from something else: {variable}"
        return fake()

    return make


def _lock_maker(world: World) -> Callable[..., object]:
    def make(*names: str) -> object:
        assert names == tuple(FUNCTION_ENVIRONMENT[name] for name in ("VIDEOS_TABLE", "RUNS_TABLE"))
        return world.lock

    return make


_SEGMENTS = ("SEGMENTS_TABLE", "COUNTERS_TABLE", "SNAPSHOTS_TABLE")


def _shown(world: World) -> dict[str, Callable[..., object]]:
    """What is made from several names: told together, so that none can be another."""
    asked: dict[str, tuple[tuple[str, ...], object]] = {
        "shown_video_store": (("VIDEOS_TABLE", "DELETIONS_TABLE"), world.videos),
        "shown_segment_store": ((*_SEGMENTS, "DELETIONS_TABLE", "VIDEOS_TABLE"), world.segments),
        "post_lists": (("SNAPSHOTS_TABLE", "DELETIONS_TABLE", "VIDEOS_TABLE"), world.post_lists),
        "deletion_store": (("DELETIONS_TABLE", "VIDEOS_TABLE"), world.deletions),
        "kept_answers": (("DELETIONS_TABLE",), world.answers),
    }

    def maker(variables: tuple[str, ...], made: object) -> Callable[..., object]:
        def make(*names: str) -> object:
            assert names == tuple(FUNCTION_ENVIRONMENT[name] for name in variables)
            return made

        return make

    def executions(arn: str, _: str) -> object:
        assert arn == FUNCTION_ENVIRONMENT["DELETION_MACHINE_ARN"]
        return world.deleting

    makers = {name: maker(*pair) for name, pair in asked.items()}
    return {**makers, "executions": executions}


def _segment_maker(world: World) -> Callable[..., object]:
    def make(*names: str) -> object:
        assert names == tuple(FUNCTION_ENVIRONMENT[name] for name in _SEGMENTS)
        return world.segments

    return make
