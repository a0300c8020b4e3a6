"""The functions that write HLS renditions: what each may touch, and how large it is."""

from __future__ import annotations

from aws_cdk import aws_lambda as lambda_

from infra.constructs.function_set import FunctionSet
from infra.constructs.grants import grant_listing, grant_objects, grant_table
from infra.constructs.python_function import Sizing
from infra.workflows.hls import HlsFunctions as Called


class HlsFunctions(FunctionSet):
    """Makes the functions of HLS renditions."""

    def hls(self) -> Called:
        return Called(
            plan=self._plan(), window=self._window(), finish=self._finish(), fail=self._fail()
        )

    def _grant_rows(self, function: lambda_.Function, *video: str) -> None:
        grant_table(function, self._data.tables.videos, "GetItem", *video)
        grant_table(function, self._data.tables.runs, "GetItem", "UpdateItem")

    def _plan(self) -> lambda_.Function:
        """Of a proxy it reads the index."""
        sizing = Sizing(memory_mb=1769, timeout_s=300, layers=("dependencies", "av"))
        function = self._add("PlanHls", "plan_hls", sizing)
        self._grant_rows(function)
        grant_objects(function, self._bucket, "GetObject", "GetObjectVersion", prefix="media/")
        grant_objects(function, self._bucket, "PutObject", prefix="work/")
        grant_listing(function, self._bucket)
        return function

    def _window(self) -> lambda_.Function:
        sizing = Sizing(
            memory_mb=self._settings.cut_memory_mb,
            timeout_s=self._settings.cut_timeout_s,
            disk_mb=self._settings.cut_disk_mb,
            layers=("dependencies", "ffmpeg"),
        )
        environment = {
            **self._stores(),
            "DISK_BUDGET_MB": str(self._settings.cut_disk_budget_mb),
            "HANDOVER_S": str(self._settings.cut_handover_s),
        }
        function = self._add("WriteHls", "write_hls", sizing, environment)
        self._trust_certificates(function)
        self._grant_rows(function)
        grant_objects(function, self._bucket, "GetObject", "GetObjectVersion", prefix="uploads/")
        media = ("GetObject", "GetObjectVersion", "PutObject")
        grant_objects(function, self._bucket, *media, prefix="media/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="work/")
        grant_listing(function, self._bucket)
        return function

    def _finish(self) -> lambda_.Function:
        function = self._add("FinishHls", "finish_hls", Sizing(timeout_s=60))
        self._grant_rows(function, "PutItem")
        grant_objects(function, self._bucket, "PutObject", prefix="media/")
        grant_objects(function, self._bucket, "GetObject", prefix="work/")
        return function

    def _fail(self) -> lambda_.Function:
        function = self._add("FailHls", "fail_hls", Sizing())
        self._grant_rows(function, "PutItem")
        return function
