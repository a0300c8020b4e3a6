"""The functions that look for moments: what each may touch, and how large it is."""

from __future__ import annotations

from aws_cdk import aws_lambda as lambda_

from infra.constructs.function_set import FunctionSet
from infra.constructs.grants import grant_listing, grant_models, grant_objects, grant_table
from infra.constructs.python_function import Sizing
from infra.workflows.moments import MomentFunctions as Called
from infra.workflows.words import WordFunctions

# What one question may take: all its tries, and those of the second one.
_HANDOVER_S = 500


class MomentFunctions(FunctionSet):
    """Makes the functions of the search for moments."""

    def moments(self) -> Called:
        return Called(generate=self._generate(), fail=self._fail("FailMoments", "fail_moments"))

    def words(self) -> WordFunctions:
        """Those of a run of the video pipeline."""
        return WordFunctions(find=self._find(), clips=self._clips(), fail=self._fail_words())

    def end(self) -> lambda_.Function:
        return self._fail("EndMoments", "end_moments")

    def _environment(self) -> dict[str, str]:
        tables = self._data.tables
        return {
            **self._stores(),
            "MOMENTS_TABLE": tables.moments.table_name,
            "GENERATIONS_TABLE": tables.generations.table_name,
            "MODELS": self._settings.models(),
            "HANDOVER_S": str(_HANDOVER_S),
        }

    def _generate(self) -> lambda_.Function:
        """A transcript of twelve hours fits; counting wants a core, a model wants patience."""
        sizing = Sizing(memory_mb=1769, timeout_s=840)
        function = self._add("GenerateMoments", "generate_moments", sizing, self._environment())
        self._grant_search(function)
        return function

    def _find(self) -> lambda_.Function:
        sizing = Sizing(memory_mb=1769, timeout_s=840)
        function = self._add("FindMoments", "find_moments", sizing, self._environment())
        self._grant_search(function)
        grant_table(function, self._data.tables.runs, "UpdateItem")
        return function

    def _clips(self) -> lambda_.Function:
        function = self._add("CutClips", "cut_clips", Sizing(timeout_s=300), self._environment())
        tables = self._data.tables
        grant_table(function, tables.videos, "GetItem")
        grant_table(function, tables.runs, "GetItem", "UpdateItem")
        grant_table(function, tables.moments, "GetItem", "Query", "PutItem")
        self._grant_segment_writes(function)
        grant_table(function, tables.segments, index="video_id-segment_order-index")
        # What was said is written into a clip that was asked for with captions.
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        grant_listing(function, self._bucket)
        return function

    def _fail_words(self) -> lambda_.Function:
        function = self._fail("FailWords", "fail_words")
        grant_table(function, self._data.tables.videos, "GetItem")
        grant_table(function, self._data.tables.runs, "GetItem", "UpdateItem")
        return function

    def _grant_search(self, function: lambda_.Function) -> None:
        tables = self._data.tables
        grant_table(function, tables.videos, "GetItem")
        grant_table(function, tables.runs, "GetItem")
        grant_table(function, tables.generations, "GetItem", "PutItem")
        grant_table(function, tables.moments, "Query", "PutItem", "DeleteItem")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="work/")
        grant_listing(function, self._bucket)
        grant_models(function, self._settings)

    def _fail(self, name: str, handler: str) -> lambda_.Function:
        function = self._add(name, handler, Sizing(), self._environment())
        grant_table(function, self._data.tables.generations, "GetItem", "PutItem")
        return function
