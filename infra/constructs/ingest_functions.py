"""The functions that fetch videos from URLs: what each may touch, and how large it is."""

from __future__ import annotations

from aws_cdk import aws_lambda as lambda_

from infra.constructs.function_set import FunctionSet
from infra.constructs.grants import grant_objects
from infra.constructs.python_function import Sizing
from infra.workflows.ingest import IngestFunctions


class IngestFunctionSet(FunctionSet):
    """Makes the functions of the ingest."""

    def ingest(self) -> IngestFunctions:
        return IngestFunctions(fetch=self._fetch(), fail=self._fail())

    def _places(self) -> dict[str, str]:
        return {
            "VIDEOS_TABLE": self._data.tables.videos.table_name,
            "MEDIA_BUCKET": self._bucket.bucket_name,
        }

    def _fetch(self) -> lambda_.Function:
        settings = self._settings
        sizing = Sizing(memory_mb=settings.ingest_memory_mb, timeout_s=settings.cut_timeout_s)
        environment = {
            **self._places(),
            "TIER_LIMITS": settings.tier_limits(),
            "FETCH_SECONDS": settings.fetch_limits(),
            "SOURCE_RULES": settings.source_rules(),
            "HANDOVER_S": str(settings.cut_handover_s),
        }
        function = self._add("IngestSource", "ingest_source", sizing, environment)
        grant_objects(function, self._bucket, "PutObject", prefix="uploads/")
        self._grant_ending_fetches(function)
        return function

    def _fail(self) -> lambda_.Function:
        function = self._add("FailIngest", "fail_ingest", Sizing(), self._places())
        self._grant_ending_fetches(function)
        return function
