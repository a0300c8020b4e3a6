"""The functions that look at videos: what each may touch, and how large it is."""

from __future__ import annotations

from aws_cdk import aws_lambda as lambda_

from infra.constructs.function_set import FunctionSet
from infra.constructs.grants import grant_listing, grant_objects, grant_table
from infra.constructs.python_function import Sizing
from infra.workflows.analysis import AnalysisFunctions as Called


class AnalysisFunctions(FunctionSet):
    """Makes the functions of the analyses."""

    def analysis(self) -> Called:
        return Called(
            plan=self._plan(), window=self._window(), finish=self._finish(), fail=self._fail()
        )

    def _grant_rows(self, function: lambda_.Function) -> None:
        """They mark the run's stage and change the video."""
        tables = self._data.tables
        grant_table(function, tables.videos, "GetItem", "PutItem")
        grant_table(function, tables.runs, "GetItem", "UpdateItem")

    def _plan(self) -> lambda_.Function:
        function = self._add("PlanAnalysis", "plan_analysis", Sizing(timeout_s=60))
        self._grant_rows(function)
        grant_objects(function, self._bucket, "GetObject", prefix="media/")
        grant_objects(function, self._bucket, "PutObject", prefix="work/")
        return function

    def _window(self) -> lambda_.Function:
        """Little waits in /tmp: samples are counted as they come, and tiles are small."""
        sizing = Sizing(
            memory_mb=self._settings.cut_memory_mb,
            timeout_s=self._settings.cut_timeout_s,
            layers=("dependencies", "ffmpeg"),
        )
        environment = {**self._stores(), "HANDOVER_S": str(self._settings.cut_handover_s)}
        function = self._add("AnalyseWindow", "analyse_window", sizing, environment)
        self._trust_certificates(function)
        self._grant_rows(function)
        grant_objects(function, self._bucket, "GetObject", "GetObjectVersion", prefix="uploads/")
        grant_objects(function, self._bucket, "PutObject", prefix="media/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="work/")
        grant_listing(function, self._bucket)
        return function

    def _finish(self) -> lambda_.Function:
        sizing = Sizing(memory_mb=1769, timeout_s=300, layers=("dependencies", "ffmpeg"))
        function = self._add("FinishAnalysis", "finish_analysis", sizing)
        self._trust_certificates(function)
        self._grant_rows(function)
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        grant_objects(function, self._bucket, "GetObject", prefix="work/")
        grant_listing(function, self._bucket)
        return function

    def _fail(self) -> lambda_.Function:
        function = self._add("FailAnalysis", "fail_analysis", Sizing())
        self._grant_rows(function)
        return function
