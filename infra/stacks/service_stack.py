"""What we redeploy at will: functions, workflows, API, alarms."""

from __future__ import annotations

from typing import Any, TypeVar

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.analysis_functions import AnalysisFunctions
from infra.constructs.api_functions import ApiFunctions
from infra.constructs.deletion_functions import DeletionFunctions, Stopped
from infra.constructs.function_set import FunctionSet
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
        uploads.feed(service.start(pipeline.machine))
        ranges = RangeCut(self, "RangeCut", settings, self._set(RangeFunctions).range_cut())
        ingest = Ingest(self, "Ingest", settings, self._set(IngestFunctionSet).ingest())
        search = self._moments(moments)
        deletion = self._deletion(pipeline, ranges, search, ingest)
        api = self._set(ApiFunctions)
        machines = (pipeline.machine, ingest.machine, search.machine, deletion.machine)
        http = self._http(api.api(*machines, uploads.queue))
        stream = self._stream(api.follow(ranges.machine))
        self._look_after(pipeline, ranges, ingest)
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
            functions={name: one for each in self._sets for name, one in each.all.items()},
        )
        Monitoring(self, "Monitoring", settings, watched)
        self._tell(watched)

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

    def _deletion(
        self, pipeline: VideoPipeline, ranges: RangeCut, search: MomentSearch, ingest: Ingest
    ) -> VideoDeletion:
        functions = self._set(DeletionFunctions)
        at_work = Stopped(
            pipeline=pipeline.machine,
            ranges=ranges.machine,
            search=search.machine,
            ingest=ingest.machine,
        )
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
