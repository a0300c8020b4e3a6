"""Sizes, schedules, retention and limits: what they are unless a stage sets them otherwise."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from infra.bedrock_settings import HAIKU, BedrockModel
from infra.lipsync_settings import LipSyncSettings
from infra.tier_settings import (
    CLOUD_RATES,
    CLOUD_TIERS,
    FETCH_SECONDS,
    FOLLOWERS,
    WEBHOOKS,
    TierLimit,
)

_NO_KEYS = {"api_key": "unset", "webhook_secret": "unset"}


# Seconds between the tries of one delivery: 24 hours in all.
WEBHOOK_WAITS = (60, 300, 900, 3_600, 7_200, 14_400, 25_200, 34_740)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Days for which what is not for ever is kept, by what it is.

    `work`: half-way pieces under work/, which a failed run that is started again goes on from;
    findings of analyses and lists of HLS pieces are among them. A run takes twelve hours at the
    most. `parts`: those of uploads that nobody finishes; the upload itself ends after one day.
    `replaced` and `replaced_work`: versions that were written over or removed, under media/ and
    under work/. Those under uploads/ stay: a video is cut from the version that came, whatever came
    after. `reports`: of what belongs to nothing. `dead_letters`: what could not be done in any
    number of tries.
    """

    work: int = 3
    parts: int = 2
    replaced: int = 30
    replaced_work: int = 1
    reports: int = 90
    dead_letters: int = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSettings:
    """Everything that differs between stages.

    `local` runs the functions with the project's own interpreter and without layers; nothing else
    of the two kinds differs but numbers.
    """

    stage: str
    local: bool = False
    protected: bool = False
    python_version: str = "3.13"
    machine: str = "aarch64"
    log_days: int = 30
    retention: Retention = field(default_factory=Retention)
    # How often runs that stopped without an end are looked for, and how many of a shard at once.
    reap_minutes: int = 1
    reap_limit: int = 25
    tiers: dict[str, TierLimit] = field(default_factory=lambda: dict(CLOUD_TIERS))
    rates: dict[str, int] = field(default_factory=lambda: dict(CLOUD_RATES))
    followers: dict[str, int] = field(default_factory=lambda: dict(FOLLOWERS))
    fetch_seconds: dict[str, int] = field(default_factory=lambda: dict(FETCH_SECONDS))
    # Where videos are fetched from by URL: these ports of public addresses, and nothing else.
    # `source_openings` (network:port) are for one machine only, whose sources are its own.
    source_ports: tuple[int, ...] = (80, 443)
    source_openings: tuple[str, ...] = ()
    # Where events are posted to: https at these ports of public addresses. What `source_openings`
    # opens on one machine may receive, too, over plain HTTP.
    webhook_ports: tuple[int, ...] = (443, 8443)
    webhooks: dict[str, int] = field(default_factory=lambda: dict(WEBHOOKS))
    webhook_waits: tuple[int, ...] = WEBHOOK_WAITS
    # Functions at once that match events, and that send; each sends ten. They are more than the
    # places at one receiver: one that hangs cannot hold them all.
    webhook_matchers: int = 20
    webhook_workers: int = 20
    # YouTube's terms allow its numbers in sums and rates with others' only after an audit.
    youtube_combined: bool = False
    cut_memory_mb: int = 3008
    cut_disk_mb: int = 4096
    cut_disk_budget_mb: int = 2048
    join_disk_mb: int = 10_240
    # The file of a range and, beside it, its sound have to fit on the disk of `join_disk_mb`.
    range_limit_mb: int = 5_120
    cut_timeout_s: int = 840
    # One core, and four parts of the largest source.
    ingest_memory_mb: int = 1_769
    cut_handover_s: int = 120
    segments_per_window: int = 20
    # An inline Map runs 40 iterations side by side at the most.
    windows_at_once: int = 20
    # Of the functions that the account may run at once, in percent: so many a run may take.
    account_percent: int = 40
    # List prices of eu-west-1 in dollars (arm64): an estimate is made of them, nothing else.
    gb_second_usd: float = 0.0000133334
    request_usd: float = 0.0000002
    transition_usd: float = 0.000025
    # Windows that are looked at side by side, each with a decoder of its own.
    analyses_at_once: int = 10
    # Windows of an HLS rendition, which only copy.
    hls_at_once: int = 10
    # Where what is said is written down, and what transcripts say of it: Amazon Transcribe of the
    # stage's region, where no address is told.
    transcribe_endpoint: str | None = None
    transcriber: str = "amazon-transcribe"
    # A job is looked at after so long, if no event has told of its end.
    recheck_s: int = 300
    # What moments may be left to beside the embedded generator; the first is the usual one, unless
    # `moment_model` names another. `bedrock_endpoint` is where that is not AWS's own.
    bedrock_models: tuple[BedrockModel, ...] = (HAIKU,)
    bedrock_endpoint: str | None = None
    moment_model: str = "claude-haiku"
    # How long a request may write that was let in before its video was marked for deletion (the
    # API's function has 29 s), and a function whose execution was stopped (`cut_timeout_s`).
    deletion_settle_s: int = 60
    deletion_worker_s: int = 960
    receipt_days: int = 90
    # A search through all that is stored begins so many days after the last, and is gone on with
    # every so many minutes; what was written just before it is passed over.
    orphan_days: int = 7
    orphan_minutes: int = 15
    orphan_grace_hours: int = 24
    lipsync: LipSyncSettings = field(default_factory=LipSyncSettings)
    sync_so_endpoint: str = "https://api.sync.so"
    # What the secret is made with: real keys are put into it later, and never stand here.
    sync_so_keys: dict[str, str] = field(default_factory=lambda: dict(_NO_KEYS))
    # Where the provider finds our API, if that is not the API's own address.
    api_base: str | None = None
    rekognition_endpoint: str | None = None
    # Where the platforms are, if not at their own hosts; and the page of the application that
    # they send users back to, which each platform has to be told of as well.
    social_endpoint: str | None = None
    social_redirect_uri: str = "https://app.cutroom.example/social"
    # How often posts are looked at: up to an age in hours, every so many hours, and then no more.
    # X bills by post and day.
    sync_steps: tuple[tuple[float, float], ...] = ((24, 1), (168, 6), (720, 24), (2_160, 168))
    sync_daily: tuple[str, ...] = ("x",)
    # How often the schedule ticks, how many posts it plans at once, and how many batches are under
    # way side by side.
    sync_minutes: int = 5
    sync_limit: int = 5_000
    syncs_at_once: int = 20
    # Calls to platforms that a user may ask for in an hour, beside the schedule.
    asked_calls: dict[str, int] = field(
        default_factory=lambda: {"free": 5, "pro": 40, "enterprise": 200}
    )
    cors_origins: tuple[str, ...] = ("*",)
    throttle_rate: int = 100
    throttle_burst: int = 200
    # Answers of `GET /api/events` that wait at once, each in a function of its own: kept for them,
    # and no more. A new account has none to keep.
    followers_at_once: int | None = None
    alarm_email: str | None = None

    @property
    def service(self) -> str:
        """The name in logs and metrics, so that stages of one account stay apart."""
        return f"cutroom-{self.stage}"

    @property
    def job_prefix(self) -> str:
        """What the names of our jobs begin with: they are one account's."""
        return self.service

    def tier_limits(self) -> str:
        """The tiers as the functions read them."""
        rows = {
            name: {"max_bytes": tier.max_bytes, "max_duration": tier.max_duration}
            for name, tier in self.tiers.items()
        }
        return json.dumps(rows, separators=(",", ":"))

    def models(self) -> str:
        """The models as the functions read them."""
        rows = [
            {
                "name": model.name,
                "model_id": model.profile,
                "input_usd": model.input_usd,
                "output_usd": model.output_usd,
                "temperature": model.temperature,
            }
            for model in self.bedrock_models
        ]
        where = {"endpoint": self.bedrock_endpoint} if self.bedrock_endpoint else {}
        told = {"usual": self.moment_model, "models": rows, **where}
        return json.dumps(told, separators=(",", ":"))

    def event_limits(self) -> str:
        """Connections, and tickets, of one user at once, by tier."""
        return json.dumps(self.followers, separators=(",", ":"))

    def fetch_limits(self) -> str:
        """Seconds by tier, as the function that fetches reads them."""
        return json.dumps(self.fetch_seconds, separators=(",", ":"))

    def source_rules(self) -> str:
        """What may be fetched from, as the functions read it."""
        rules = {"ports": self.source_ports, "openings": self.source_openings}
        return json.dumps(rules, separators=(",", ":"))

    def webhook_rules(self) -> str:
        """Where events may be posted to, as the functions read it."""
        rules = {"ports": self.webhook_ports, "openings": self.source_openings}
        return json.dumps(rules, separators=(",", ":"))

    def webhook_limits(self) -> str:
        """Webhooks of one user by tier, as the API reads them."""
        return json.dumps(self.webhooks, separators=(",", ":"))

    def webhook_waits_told(self) -> str:
        return json.dumps(self.webhook_waits, separators=(",", ":"))

    def social_clock(self) -> str:
        """Platforms that are stood in for have a clock that can be moved, for a demo's sake."""
        return f"{self.social_endpoint}/_simulator/clock" if self.social_endpoint else "own"

    def cadence(self) -> str:
        """How often posts are looked at, as the function that does it reads it."""
        steps = [{"until_h": until, "every_h": every} for until, every in self.sync_steps]
        return json.dumps({"steps": steps, "daily": self.sync_daily}, separators=(",", ":"))

    def sync_calls(self) -> str:
        """Calls to platforms that users may ask for in an hour, by tier, as the API reads them."""
        return json.dumps(self.asked_calls, separators=(",", ":"))

    def rate_limits(self) -> str:
        """Requests a minute by tier, as the API reads them."""
        return json.dumps(self.rates, separators=(",", ":"))
