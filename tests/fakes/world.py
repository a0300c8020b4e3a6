"""All fakes together, and the stages of a run as one-word calls."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from functions.domain.codec import from_plain
from functions.domain.cutting.budget import Budget
from functions.domain.cutting.plan import Plan
from functions.domain.extras import Extra
from functions.domain.media.probe import Media
from functions.domain.media.source import Source
from functions.domain.moments.embedded import EmbeddedGenerator
from functions.domain.moments.models import Models
from functions.domain.moments.ports import Memory, MomentGenerator, MomentRefiner
from functions.domain.moments.refining import EmbeddedRefiner
from functions.domain.platforms.cadence import Cadence
from functions.domain.runs.course import usual
from functions.domain.runs.ports import RunWork
from functions.domain.runs.run import Run, Stage
from functions.domain.segments.segment import Segment, SegmentType
from functions.domain.tiers import Tier, TierLimits
from functions.domain.video import Video
from functions.services.analyses.analyse_window import analyse_window
from functions.services.analyses.finish_analysis import finish_analysis
from functions.services.analyses.left import read_boundaries
from functions.services.analyses.plan_analysis import AnalysisToDo, plan_analyses
from functions.services.cutting.cut_chunk import join_segment
from functions.services.cutting.cut_window import Bounds, WindowResult, cut_window
from functions.services.cutting.join_audio import AudioBounds, join_audio
from functions.services.cutting.plan_segments import PlanBounds, left_to_cut, plan_segments
from functions.services.moments.context import MomentContext
from functions.services.ownership import Caller
from functions.services.posts.ask_for_sync import DemandWork
from functions.services.posts.fresh_tokens import Keyring
from functions.services.runs.claim_run import claim_run
from functions.services.runs.finish_run import finish_run
from functions.services.runs.probe_source import probe_source
from functions.services.runs.reap_runs import Reaper
from functions.services.runs.restart_run import NewRun, restart
from functions.services.runs.stages import Context
from functions.services.runs.start_run import Stores
from tests.builders import RUN, STRANGER, USER, VIDEO, make_probe, make_queued_video, make_run
from tests.environment import FUNCTION_ENVIRONMENT, TIERS
from tests.fakes.account import FakeAccount
from tests.fakes.analyser import FakeAnalyser
from tests.fakes.clock import FakeClock
from tests.fakes.cutter import FakeCutter
from tests.fakes.deletions import FakeDeletionStore, FakeKeptAnswers
from tests.fakes.events import FakeConnections, FakeEventLog
from tests.fakes.executions import FakeExecutions
from tests.fakes.lipsync import FakeLipSyncGate, FakeLipSyncJobStore, FakeLipSyncRuns
from tests.fakes.media import FakeMediaStore
from tests.fakes.moments import FakeGenerationStore, FakeMomentRuns, FakeMomentStore
from tests.fakes.pipeline import FakePipeline
from tests.fakes.post_lists import FakePostLists
from tests.fakes.preferences import FakePreferenceStore
from tests.fakes.prober import FakeProber
from tests.fakes.range_cuts import FakeRangeCuts
from tests.fakes.request_counts import FakeRequestCounts
from tests.fakes.runs import FakeRunLock, FakeRunStore, FakeRunWatch
from tests.fakes.segments import FakeSegmentCounters, FakeSegmentStore, FakeSegmentWatch
from tests.fakes.social import (
    FakeAccountStore,
    FakeBudgets,
    FakeDemandRuns,
    FakeDemands,
    FakePlatforms,
    FakeSyncPosts,
)
from tests.fakes.sources import FakeIngests, FakeSourceReader
from tests.fakes.users import FakeUserDirectory
from tests.fakes.vault import FakeVault
from tests.fakes.videos import FakeIngestWatch, FakeVideoStore
from tests.fakes.webhooks import Hooks

MODELS = from_plain(Models, json.loads(FUNCTION_ENVIRONMENT["MODELS"]))
LIMITS = {Tier(name): TierLimits(**row) for name, row in TIERS.items()}


@dataclass
class World:
    """One user's video, VIDEO, and its run, RUN, unless a test says otherwise."""

    videos: FakeVideoStore = field(default_factory=FakeVideoStore)
    runs: FakeRunStore = field(default_factory=FakeRunStore)
    segments: FakeSegmentStore = field(init=False)
    deletions: FakeDeletionStore = field(init=False)
    answers: FakeKeptAnswers = field(default_factory=FakeKeptAnswers)
    deleting: FakeExecutions = field(default_factory=FakeExecutions)
    preferences: FakePreferenceStore = field(default_factory=FakePreferenceStore)
    events: FakeEventLog = field(default_factory=FakeEventLog)
    connections: FakeConnections = field(default_factory=FakeConnections)
    media: FakeMediaStore = field(default_factory=FakeMediaStore)
    prober: FakeProber = field(default_factory=lambda: FakeProber(make_probe()))
    account: FakeAccount = field(default_factory=FakeAccount)
    cutter: FakeCutter = field(default_factory=FakeCutter)
    analyser: FakeAnalyser = field(default_factory=FakeAnalyser)
    pipeline: FakePipeline = field(default_factory=FakePipeline)
    range_cuts: FakeRangeCuts = field(default_factory=FakeRangeCuts)
    ingests: FakeIngests = field(default_factory=FakeIngests)
    reader: FakeSourceReader = field(default_factory=FakeSourceReader)
    users: FakeUserDirectory = field(
        default_factory=lambda: FakeUserDirectory({USER: Tier.PRO, STRANGER: Tier.FREE})
    )
    clock: FakeClock = field(default_factory=FakeClock)
    request_counts: FakeRequestCounts = field(default_factory=FakeRequestCounts)
    moments: FakeMomentStore = field(default_factory=FakeMomentStore)
    moment_runs: FakeMomentRuns = field(default_factory=FakeMomentRuns)
    generators: dict[str, MomentGenerator] = field(default_factory=dict)
    refiners: dict[str, MomentRefiner] = field(default_factory=dict)
    lipsync_jobs: FakeLipSyncJobStore = field(default_factory=FakeLipSyncJobStore)
    lipsync_gate: FakeLipSyncGate = field(default_factory=FakeLipSyncGate)
    lipsync_runs: FakeLipSyncRuns = field(default_factory=FakeLipSyncRuns)
    hooks: Hooks = field(default_factory=Hooks)
    outside_work: tuple[RunWork, ...] = ()
    social_accounts: FakeAccountStore = field(default_factory=FakeAccountStore)
    vault: FakeVault = field(default_factory=FakeVault)
    platforms: FakePlatforms = field(default_factory=FakePlatforms)
    sync_posts: FakeSyncPosts = field(default_factory=FakeSyncPosts)
    budgets: FakeBudgets = field(default_factory=FakeBudgets)
    demands: FakeDemands = field(default_factory=FakeDemands)
    demand_runs: FakeDemandRuns = field(default_factory=FakeDemandRuns)
    run_id: str = RUN

    def __post_init__(self) -> None:
        self.out_of_time = False
        self.deletions = FakeDeletionStore(self.videos)
        self.segments = FakeSegmentStore(self.deletions)
        self.generations = FakeGenerationStore(self.moments)

    @property
    def moment_context(self) -> MomentContext:
        return MomentContext(
            context=self.context,
            moments=self.moments,
            generations=self.generations,
            models=MODELS,
        )

    @property
    def keyring(self) -> Keyring:
        return Keyring(
            accounts=self.social_accounts,
            vault=self.vault,
            consents=self.platforms,
            clock=self.clock,
            sleep=lambda _: None,
        )

    @property
    def demand_work(self) -> DemandWork:
        return DemandWork(
            demands=self.demands,
            accounts=self.social_accounts,
            posts=self.sync_posts,
            segments=self.segments,
            budgets=self.budgets,
            cadence=Cadence(),
            clock=self.clock,
        )

    def generator(
        self, name: str, _: Memory | None = None, stop: Callable[[], bool] = lambda: False
    ) -> MomentGenerator:
        self.out_of_time = stop()
        return self.generators.get(name) or EmbeddedGenerator()

    def refiner(self, name: str) -> MomentRefiner:
        return self.refiners.get(name) or EmbeddedRefiner()

    @property
    def counters(self) -> FakeSegmentCounters:
        return FakeSegmentCounters(self.segments)

    @property
    def post_lists(self) -> FakePostLists:
        return FakePostLists(self.segments, self.deletions)

    @property
    def context(self) -> Context:
        return Context(
            videos=self.videos,
            runs=self.runs,
            segments=self.segments,
            media=self.media,
            clock=self.clock,
        )

    @property
    def reaper(self) -> Reaper:
        return Reaper(
            context=self.context, pipeline=self.pipeline, watch=self.watch, works=self.works
        )

    @property
    def lock(self) -> FakeRunLock:
        return FakeRunLock(self.videos, self.runs)

    @property
    def watch(self) -> FakeRunWatch:
        return FakeRunWatch(self.runs)

    @property
    def segment_watch(self) -> FakeSegmentWatch:
        return FakeSegmentWatch(self.segments)

    @property
    def ingest_watch(self) -> FakeIngestWatch:
        return FakeIngestWatch(self.videos)

    @property
    def works(self) -> tuple[RunWork, ...]:
        return (self.pipeline, *self.outside_work)

    @property
    def stores(self) -> Stores:
        return Stores(
            videos=self.videos,
            runs=self.runs,
            lock=self.lock,
            pipeline=self.pipeline,
            preferences=self.preferences,
        )

    def queue(self, body: bytes = b"source", **overrides: object) -> Source:
        """A video whose file has arrived and whose run is about to start."""
        source = self.media.put(f"uploads/{USER}/{VIDEO}/source", body)
        video = make_queued_video(**{"source": source, **overrides})
        self.videos.create(video)
        self.runs.create(make_run(todo=usual(video)))
        return source

    def plan_made(self, *, per_window: int = 3, **overrides: object) -> Plan:
        """The run is as far as the plan."""
        self.queue(**overrides)
        self.claim()
        self.probe()
        return self.plan(per_window)

    def again(self, **asked: Any) -> Run:
        """The owner starts another run, which is this world's from now on."""
        caller = Caller(user_id=USER, tier=Tier.PRO)
        run = restart(caller, VIDEO, self.stores, self.reaper, NewRun(**asked))
        self.run_id = run.run_id
        return run

    def run_through(self) -> Run:
        """All stages of the run, as its state machine calls them."""
        self.claim()
        self.probe()
        to_do = self.look()
        if self.run().does(Stage.PLAN):
            left = left_to_cut(self.context, self.plan(), video_id=VIDEO, run_id=self.run_id)
            for index in left.windows:
                self.cut(index)
            if left.joins:
                self.join_segments()
        if self.run().does(Stage.AUDIO):
            self.join()
        assert not to_do.hls
        self.finish()
        return self.run()

    def claim(self) -> Tier:
        return claim_run(self.context, self.users, LIMITS, video_id=VIDEO, run_id=self.run_id)

    def probe(self, tier: Tier = Tier.PRO) -> Media:
        return probe_source(
            self.context, self.prober, LIMITS[tier], video_id=VIDEO, run_id=self.run_id
        )

    def plan_look(self) -> AnalysisToDo:
        return plan_analyses(self.context, video_id=VIDEO, run_id=self.run_id)

    def look_at(self, to_do: AnalysisToDo, index: int) -> bool:
        """One window, in a folder of its own as each invocation has it."""
        with tempfile.TemporaryDirectory() as folder:
            return analyse_window(
                self.context,
                self.analyser,
                Path(folder),
                lambda: False,
                video_id=VIDEO,
                run_id=self.run_id,
                analysis_id=to_do.analysis_id,
                index=index,
            )

    def finish_look(self, to_do: AnalysisToDo) -> tuple[Extra, ...]:
        with tempfile.TemporaryDirectory() as folder:
            return finish_analysis(
                self.context,
                self.analyser,
                Path(folder),
                video_id=VIDEO,
                run_id=self.run_id,
                analysis_id=to_do.analysis_id,
            )

    def look(self) -> AnalysisToDo:
        """All that is left of the analyses."""
        to_do = self.plan_look()
        if to_do.needed:
            for index in to_do.windows:
                self.look_at(to_do, index)
            self.finish_look(to_do)
        return to_do

    def plan(self, per_window: int = 3, budget: Budget | None = None) -> Plan:
        bounds = PlanBounds(segments_per_window=per_window, budget=budget)
        return plan_segments(
            self.context,
            self.prober,
            bounds,
            video_id=VIDEO,
            run_id=self.run_id,
            read_boundaries=lambda video: read_boundaries(self.context, video),
        )

    def cut(
        self,
        index: int = 0,
        stop: Callable[[], bool] = lambda: False,
        folder: Path | None = None,
    ) -> WindowResult:
        """One window, in a folder of its own as each invocation has it."""
        with tempfile.TemporaryDirectory() as own:
            bounds = Bounds(folder=folder or Path(own), disk_budget=1_000_000, stop=stop)
            return cut_window(
                self.context, self.cutter, bounds, video_id=VIDEO, run_id=self.run_id, index=index
            )

    def cut_all(self) -> None:
        for window in self.stored_plan().all_windows():
            self.cut(window.index)

    def join_segments(
        self, *, disk: int = 1 << 40, stop: Callable[[], bool] = lambda: False
    ) -> None:
        """All that were encoded in chunks, each in a folder of its own."""
        for window in self.stored_plan().all_joins():
            with tempfile.TemporaryDirectory() as own:
                bounds = Bounds(folder=Path(own), disk_budget=disk, stop=stop)
                join_segment(
                    self.context,
                    self.cutter,
                    bounds,
                    video_id=VIDEO,
                    run_id=self.run_id,
                    index=window.index,
                )

    def join(self) -> str | None:
        with tempfile.TemporaryDirectory() as folder:
            bounds = AudioBounds(folder=Path(folder), stop=lambda: False)
            return join_audio(self.context, self.cutter, bounds, video_id=VIDEO, run_id=self.run_id)

    def finish(self) -> int:
        return finish_run(self.context, video_id=VIDEO, run_id=self.run_id)

    def video(self) -> Video:
        video = self.videos.get(VIDEO)
        assert video
        return video

    def run(self) -> Run:
        run = self.runs.get(VIDEO, self.run_id)
        assert run
        return run

    def stored_plan(self) -> Plan:
        key = self.run().plan_key
        assert key
        return from_plain(Plan, self.media.read_json(key))

    def of_kind(self, kind: SegmentType) -> list[Segment]:
        return list(self.segments.all_of(VIDEO, kind))

    def numbers(self, kind: SegmentType = SegmentType.PROCESSED) -> list[int]:
        return [segment.segment_number for segment in self.of_kind(kind)]


def stop_after(looks: int) -> Callable[[], bool]:
    """A `stop` that says yes from the look after `looks` on."""
    counter = itertools.count(1)
    return lambda: next(counter) > looks
