"""What we redeploy at will: functions, workflows, API, alarms."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.analysis_functions import AnalysisFunctions
from infra.constructs.api_functions import ApiFunctions
from infra.constructs.deletion_functions import DeletionFunctions, Stopped
from infra.constructs.hls_functions import HlsFunctions
from infra.constructs.http_api import HttpApi
from infra.constructs.ingest_functions import IngestFunctionSet
from infra.constructs.moment_functions import MomentFunctions
from infra.constructs.monitoring import Monitoring, Watched
from infra.constructs.orphans import OrphanFunctions, OrphanSchedule
from infra.constructs.python_function import Functions
from infra.constructs.range_functions import RangeFunctions
from infra.constructs.reaper import ReaperFunctions, ReaperSchedule
from infra.constructs.segment_stream import SegmentStream
from infra.constructs.service_functions import ServiceFunctions
from infra.constructs.transcript_functions import TranscriptFunctions
from infra.constructs.transcription_events import TranscriptionEvents
from infra.constructs.upload_queue import UploadQueue
from infra.settings import StageSettings
from infra.stacks.data_stack import DataStack
from infra.workflows.ingest import Ingest
from infra.workflows.moments import MomentSearch
from infra.workflows.range_cut import RangeCut
from infra.workflows.video_deletion import VideoDeletion
from infra.workflows.video_pipeline import VideoPipeline


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
        factory = Functions(self, settings)
        functions = ServiceFunctions(factory, settings, data)
        analysis_functions = AnalysisFunctions(factory, settings, data)
        hls_functions = HlsFunctions(factory, settings, data)
        transcript_functions = TranscriptFunctions(factory, settings, data)
        moment_functions = MomentFunctions(factory, settings, data)
        pipeline = self._pipeline(
            functions, analysis_functions, hls_functions, transcript_functions, moment_functions
        )
        TranscriptionEvents(
            self,
            "TranscriptionEvents",
            settings,
            follow=transcript_functions.follow(),
            reconcile=transcript_functions.reconcile(),
        )
        uploads = UploadQueue(self, "Uploads", settings, data.media)
        uploads.feed(functions.start(pipeline.machine))
        range_functions = RangeFunctions(factory, settings, data)
        ranges = RangeCut(self, "RangeCut", settings, range_functions.range_cut())
        ingest_functions = IngestFunctionSet(factory, settings, data)
        ingest = Ingest(self, "Ingest", settings, ingest_functions.ingest())
        search = self._moments(moment_functions)
        deletion_functions = DeletionFunctions(factory, settings, data)
        at_work = Stopped(
            pipeline=pipeline.machine,
            ranges=ranges.machine,
            search=search.machine,
            ingest=ingest.machine,
        )
        deletion = self._deletion(deletion_functions, at_work)
        api_functions = ApiFunctions(factory, settings, data)
        machines = (pipeline.machine, ingest.machine, search.machine, deletion.machine)
        http = self._http(api_functions.api(*machines, uploads.queue))
        stream = self._stream(api_functions.follow(ranges.machine))
        reaper = ReaperFunctions(factory, settings, data)
        function = reaper.reap(pipeline.machine, ranges.machine, ingest.machine)
        ReaperSchedule(self, "Reaper", settings, function)
        orphans = OrphanFunctions(factory, settings, data)
        OrphanSchedule(self, "Orphans", settings, orphans.find())
        beside = [analysis_functions, hls_functions, transcript_functions, moment_functions]
        beside += [range_functions, ingest_functions, deletion_functions, orphans]
        sets = [functions, *beside, api_functions, reaper]
        watched = Watched(
            data=data,
            uploads=uploads,
            stream=stream,
            machine=pipeline.machine,
            ranges=ranges.machine,
            search=search.machine,
            ingest=ingest.machine,
            deletion=deletion.machine,
            http=http,
            functions={name: one for each in sets for name, one in each.all.items()},
        )
        Monitoring(self, "Monitoring", settings, watched)
        self._tell(watched)

    def _pipeline(
        self,
        functions: ServiceFunctions,
        analysis: AnalysisFunctions,
        hls: HlsFunctions,
        transcript: TranscriptFunctions,
        moments: MomentFunctions,
    ) -> VideoPipeline:
        made = VideoPipeline(
            self,
            "VideoPipeline",
            self._settings,
            functions.pipeline(),
            analysis.analysis(),
            hls.hls(),
            transcript.transcript(),
            moments.words(),
        )
        made.tell_of_bad_ends(functions.end())
        return made

    def _moments(self, functions: MomentFunctions) -> MomentSearch:
        made = MomentSearch(self, "MomentSearch", self._settings, functions.moments())
        made.tell_of_bad_ends(functions.end())
        return made

    def _deletion(self, functions: DeletionFunctions, at_work: Stopped) -> VideoDeletion:
        return VideoDeletion(
            self,
            "VideoDeletion",
            self._settings,
            delete=functions.delete(at_work),
            end=functions.end(),
        )

    def _http(self, function: lambda_.Function) -> HttpApi:
        users = self._data.users
        return HttpApi(
            self, "Http", self._settings, function=function, pool=users.pool, client=users.client
        )

    def _stream(self, function: lambda_.Function) -> SegmentStream:
        table = self._data.tables.segments
        return SegmentStream(self, "SegmentStream", self._settings, table=table, function=function)

    def _tell(self, made: Watched) -> None:
        """What programs and people need to know of a deployed stack."""
        CfnOutput(self, "ApiUrl", value=made.http.api.api_endpoint)
        CfnOutput(self, "ApiId", value=made.http.api.api_id)
        CfnOutput(self, "StateMachineArn", value=made.machine.state_machine_arn)
        finder = made.functions["FindOrphans"]
        CfnOutput(self, "FindOrphansName", value=finder.function_name)
        CfnOutput(self, "UploadQueueUrl", value=made.uploads.queue.queue_url)
        CfnOutput(self, "UploadDeadLettersUrl", value=made.uploads.dead_letters.queue_url)
