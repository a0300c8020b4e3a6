"""What we redeploy at will: functions, workflows, API, alarms."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.constructs.analysis_functions import AnalysisFunctions
from infra.constructs.api_functions import ApiFunctions
from infra.constructs.hls_functions import HlsFunctions
from infra.constructs.http_api import HttpApi
from infra.constructs.monitoring import Monitoring, Watched
from infra.constructs.python_function import Functions
from infra.constructs.range_functions import RangeFunctions
from infra.constructs.segment_stream import SegmentStream
from infra.constructs.service_functions import ServiceFunctions
from infra.constructs.upload_queue import UploadQueue
from infra.settings import StageSettings
from infra.stacks.data_stack import DataStack
from infra.workflows.range_cut import RangeCut
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
        factory = Functions(self, settings)
        functions = ServiceFunctions(factory, settings, data)
        api_functions = ApiFunctions(factory, settings, data)
        analysis_functions = AnalysisFunctions(factory, settings, data)
        hls_functions = HlsFunctions(factory, settings, data)
        pipeline = VideoPipeline(
            self,
            "VideoPipeline",
            settings,
            functions.pipeline(),
            analysis_functions.analysis(),
            hls_functions.hls(),
        )
        pipeline.tell_of_bad_ends(functions.end())
        uploads = UploadQueue(self, "Uploads", settings, data.media)
        start = functions.start(pipeline.machine)
        uploads.feed(start)
        range_functions = RangeFunctions(factory, settings, data)
        ranges = RangeCut(self, "RangeCut", settings, range_functions.range_cut())
        api_function = api_functions.api(pipeline.machine, uploads.queue)
        stream = SegmentStream(
            self,
            "SegmentStream",
            settings,
            table=data.tables.segments,
            function=api_functions.follow(ranges.machine),
        )
        http = HttpApi(
            self,
            "Http",
            settings,
            function=api_function,
            pool=data.users.pool,
            client=data.users.client,
        )
        watched = Watched(
            data=data,
            uploads=uploads,
            stream=stream,
            machine=pipeline.machine,
            ranges=ranges.machine,
            http=http,
            functions={
                **functions.all,
                **analysis_functions.all,
                **hls_functions.all,
                **range_functions.all,
                **api_functions.all,
            },
        )
        Monitoring(self, "Monitoring", settings, watched)
        CfnOutput(self, "ApiUrl", value=http.api.api_endpoint)
        CfnOutput(self, "ApiId", value=http.api.api_id)
        CfnOutput(self, "StateMachineArn", value=pipeline.machine.state_machine_arn)
        CfnOutput(self, "UploadQueueUrl", value=uploads.queue.queue_url)
        CfnOutput(self, "UploadDeadLettersUrl", value=uploads.dead_letters.queue_url)
