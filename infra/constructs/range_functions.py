"""The functions that cut ranges: what each may touch, and how large it is."""

from __future__ import annotations

from aws_cdk import aws_lambda as lambda_

from infra.constructs.function_set import FunctionSet
from infra.constructs.grants import grant_listing, grant_objects, grant_table
from infra.constructs.python_function import Sizing
from infra.workflows.range_cut import RangeCutFunctions


class RangeFunctions(FunctionSet):
    """Makes the functions of the range cut."""

    def range_cut(self) -> RangeCutFunctions:
        return RangeCutFunctions(plan=self._plan(), cut=self._cut(), fail=self._fail())

    def _plan(self) -> lambda_.Function:
        sizing = Sizing(memory_mb=1769, timeout_s=300, layers=("dependencies", "av"))
        limit = str(self._settings.range_limit_mb)
        function = self._add(
            "PlanRange", "plan_range", sizing, {**self._stores(), "RANGE_LIMIT_MB": limit}
        )
        tables = self._data.tables
        grant_table(function, tables.segments, "GetItem")
        grant_table(function, tables.videos, "GetItem")
        grant_objects(function, self._bucket, "GetObject", "GetObjectVersion", prefix="uploads/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        grant_listing(function, self._bucket)
        return function

    def _cut(self) -> lambda_.Function:
        sizing = Sizing(
            memory_mb=self._settings.cut_memory_mb,
            timeout_s=self._settings.cut_timeout_s,
            disk_mb=self._settings.join_disk_mb,
            layers=("dependencies", "ffmpeg"),
        )
        handover = str(self._settings.cut_handover_s)
        function = self._add(
            "CutRange", "cut_range", sizing, {**self._stores(), "HANDOVER_S": handover}
        )
        self._trust_certificates(function)
        grant_table(function, self._data.tables.videos, "GetItem")
        self._grant_segment_writes(function)
        grant_objects(function, self._bucket, "GetObject", "GetObjectVersion", prefix="uploads/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        grant_listing(function, self._bucket)
        self._grant_erasing(function)
        return function

    def _fail(self) -> lambda_.Function:
        function = self._add("FailRange", "fail_range", Sizing())
        self._grant_segment_writes(function)
        self._grant_erasing(function)
        return function
