"""What we redeploy at will: functions, workflows, API, alarms."""

from __future__ import annotations

from typing import Any, TypeVar

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.analysis_functions import AnalysisFunctions
from infra.constructs.api_functions import ApiFunctions
from infra.constructs.deletion_functions import DeletionFunctions, Stopped
from infra.constructs.event_functions import EventFunctions
from infra.constructs.event_log import EventLog
from infra.constructs.function_set import FunctionSet
from infra.constructs.hls_functions import HlsFunctions
from infra.constructs.http_api import WEBHOOK, Followed, HttpApi
from infra.constructs.ingest_functions import IngestFunctionSet
from infra.constructs.lipsync_functions import LipSyncFunctions
from infra.constructs.lipsync_schedule import LipSyncSchedule
from infra.constructs.moment_functions import MomentFunctions
from infra.constructs.monitoring import Watched
from infra.constructs.orphans import OrphanFunctions, OrphanSchedule
from infra.constructs.python_function import Functions
from infra.constructs.range_functions import RangeFunctions
from infra.constructs.reaper import ReaperFunctions, ReaperSchedule
from infra.constructs.segment_stream import ACCOUNTS, SegmentStream
from infra.constructs.service_functions import ServiceFunctions
from infra.constructs.social_functions import SocialFunctions
from infra.constructs.socket_api import SocketApi
from infra.constructs.transcript_functions import TranscriptFunctions
from infra.constructs.transcription_events import TranscriptionEvents
from infra.constructs.upload_queue import UploadQueue
from infra.constructs.webhook_functions import WebhookFunctions
from infra.constructs.webhooks import Webhooks
from infra.settings import StageSettings
from infra.stacks.data_stack import DataStack
from infra.workflows.ingest import Ingest
from infra.workflows.lipsync import LipSync
from infra.workflows.moments import MomentSearch
from infra.workflows.range_cut import RangeCut
from infra.workflows.social_sync import SocialSync, SyncSchedule
from infra.workflows.video_deletion import VideoDeletion
from infra.workflows.video_pipeline import VideoPipeline

# Posts are linked with segments, and go with them.
SEGMENT_CHANGES = (
    "post.updated",
    "segment.updated",
    "segment.deleted",
    "clip.updated",
    "clip.deleted",
)
Made = TypeVar("Made", bound=FunctionSet)


class ServiceStack(Stack):
    def __init__(
        self,
        scope: Construct,
        name: str,
        settings: StageSettings,
        *,
        data: DataStack,
        **options: Any,
    ) -> None:
        super().__init__(scope, name, **options)
        self._settings, self._data = settings, data
        self._factory, self._sets = Functions(self, settings), list[FunctionSet]()
        service, moments = self._set(ServiceFunctions), self._set(MomentFunctions)
        pipeline = self._pipeline(service, moments)
        uploads = UploadQueue(self, "Uploads", settings, data.media)
        start = service.start(pipeline.machine)
        uploads.feed(start)
        ranges = RangeCut(self, "RangeCut", settings, self._set(RangeFunctions).range_cut())
        ingest = Ingest(self, "Ingest", settings, self._set(IngestFunctionSet).ingest())
        search, jobs = self._moments(moments), self._set(LipSyncFunctions)
        lipsync = self._lipsync(jobs, start)
        at_work = Stopped(
            pipeline=pipeline.machine,
            ranges=ranges.machine,
            search=search.machine,
            ingest=ingest.machine,
            lipsync=lipsync.machine,
        )
        deletion, api = self._deletion(at_work), self._set(ApiFunctions)
        social = self._set(SocialFunctions)
        sync = self._sync(social)
        machines = (pipeline.machine, ingest.machine, search.machine, deletion.machine)
        events, socket, followed = self._events()
        served = api.api(*machines, sync.machine, uploads.queue)
        webhooks = self._webhooks(events, served)
        http = self._http(served, followed, jobs, lipsync)
        stream = self._stream(api.follow(ranges.machine), social, events)
        self._look_after(pipeline, ranges, ingest)
        self.watched = self._watched(
            at_work, uploads, stream, deletion, sync, http, events, webhooks
        )
        self._tell(self.watched)
        CfnOutput(self, "SocketUrl", value=socket.stage.url)
        CfnOutput(self, "SocketApiId", value=socket.api.api_id)
        CfnOutput(self, "EventBusName", value=events.bus.event_bus_name)

    def _set(self, kind: type[Made]) -> Made:
        """One more set of functions, which are watched with the others."""
        made = kind(self._factory, self._settings, self._data)
        self._sets.append(made)
        return made

    def _pipeline(self, service: ServiceFunctions, moments: MomentFunctions) -> VideoPipeline:
        transcript = self._set(TranscriptFunctions)
        made = VideoPipeline(
            self,
            "VideoPipeline",
            self._settings,
            service.pipeline(),
            self._set(AnalysisFunctions).analysis(),
            self._set(HlsFunctions).hls(),
            transcript.transcript(),
            moments.words(),
        )
        made.tell_of_bad_ends(service.end())
        TranscriptionEvents(
            self,
            "TranscriptionEvents",
            self._settings,
            follow=transcript.follow(),
            reconcile=transcript.reconcile(),
        )
        return made

    def _look_after(self, pipeline: VideoPipeline, ranges: RangeCut, ingest: Ingest) -> None:
        reap = self._set(ReaperFunctions).reap(pipeline.machine, ranges.machine, ingest.machine)
        ReaperSchedule(self, "Reaper", self._settings, reap)
        OrphanSchedule(self, "Orphans", self._settings, self._set(OrphanFunctions).find())

    def _moments(self, functions: MomentFunctions) -> MomentSearch:
        made = MomentSearch(self, "MomentSearch", self._settings, functions.moments())
        made.tell_of_bad_ends(functions.end())
        return made

    def _lipsync(self, functions: LipSyncFunctions, start: lambda_.Function) -> LipSync:
        """Files that arrive start jobs."""
        made = LipSync(self, "LipSync", self._settings, functions.lipsync())
        LipSyncSchedule(self, "LipSyncSchedule", poll=functions.poll())
        functions.start_from(start, made.machine)
        return made

    def _deletion(self, at_work: Stopped) -> VideoDeletion:
        functions = self._set(DeletionFunctions)
        made = VideoDeletion(
            self,
            "VideoDeletion",
            self._settings,
            delete=functions.delete(at_work),
            end=functions.end(),
        )
        functions.forget(made.machine)
        return made

    def _sync(self, functions: SocialFunctions) -> SocialSync:
        """Looks at posts when they are due."""
        bucket = self._data.media
        made = SocialSync(
            self,
            "SocialSync",
            self._settings,
            function=functions.sync(),
            plan=functions.plan_asked(),
            bucket=bucket,
        )
        SyncSchedule(self, "SyncSchedule", self._settings, functions.plan(made.machine))
        return made

    def _events(self) -> tuple[EventLog, SocketApi, Followed]:
        """The log, and the two ways in which a front end follows it."""
        functions, table = self._set(EventFunctions), self._data.tables.events
        log = EventLog(self, "EventLog", self._settings, functions=functions, table=table)
        socket, authorizer = functions.socket(), functions.authorize()
        api = SocketApi(self, "SocketApi", self._settings, function=socket, authorizer=authorizer)
        for function in (socket, log.push):
            api.let_send(function)
        return log, api, Followed(function=functions.stream(), authorizer=authorizer)

    def _webhooks(self, log: EventLog, api: lambda_.Function) -> Webhooks:
        functions = self._set(WebhookFunctions)
        made = Webhooks(self, "Webhooks", self._settings, functions=functions, bus=log.bus)
        functions.serve(api, made.queues)
        return made

    def _http(
        self,
        function: lambda_.Function,
        events: Followed,
        jobs: LipSyncFunctions,
        lipsync: LipSync,
    ) -> HttpApi:
        """Lip-sync is asked for here, and the provider says here that it has done."""
        users = self._data.users
        made = HttpApi(
            self,
            "Http",
            self._settings,
            function=function,
            events=events,
            pool=users.pool,
            client=users.client,
        )
        jobs.ask_from(function, lipsync.machine)
        jobs.call_back(made.base(self._settings) + WEBHOOK)
        return made

    def _stream(
        self, function: lambda_.Function, social: SocialFunctions, events: EventLog
    ) -> SegmentStream:
        tables, settings = self._data.tables, self._settings
        made = SegmentStream(
            self,
            "SegmentStream",
            settings,
            table=tables.segments,
            function=function,
        )
        # Their stream has two readers, and takes no more.
        events.tell("Linked", social.follow(), *SEGMENT_CHANGES)
        accounts = social.follow_accounts()
        made.read(tables.social_accounts, "Accounts", accounts, ACCOUNTS)
        return made

    def _watched(
        self,
        at_work: Stopped,
        uploads: UploadQueue,
        stream: SegmentStream,
        deletion: VideoDeletion,
        sync: SocialSync,
        http: HttpApi,
        events: EventLog,
        webhooks: Webhooks,
    ) -> Watched:
        return Watched(
            data=self._data,
            uploads=uploads,
            stream=stream,
            machine=at_work.pipeline,
            ranges=at_work.ranges,
            search=at_work.search,
            ingest=at_work.ingest,
            deletion=deletion.machine,
            lipsync=at_work.lipsync,
            sync=sync.machine,
            http=http,
            events=events,
            webhooks=webhooks,
            functions={name: one for each in self._sets for name, one in each.all.items()},
        )

    def _tell(self, made: Watched) -> None:
        """What programs and people need to know of a deployed stack."""
        CfnOutput(self, "ApiUrl", value=made.http.api.api_endpoint)
        CfnOutput(self, "ApiId", value=made.http.api.api_id)
        CfnOutput(self, "StateMachineArn", value=made.machine.state_machine_arn)
        for name in ("FindOrphans", "ForgetUser"):
            CfnOutput(self, f"{name}Name", value=made.functions[name].function_name)
        CfnOutput(self, "UploadQueueUrl", value=made.uploads.queue.queue_url)
        CfnOutput(self, "UploadDeadLettersUrl", value=made.uploads.dead_letters.queue_url)
