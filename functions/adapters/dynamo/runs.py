"""Pipeline runs in DynamoDB: many workers write here, each its own attribute."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.domain.budget import Estimate
from functions.domain.codec import from_plain, to_plain
from functions.domain.run import Run, RunStatus, Stage
from functions.domain.times import Milliseconds, to_iso
from functions.domain.video import Failure

_EXISTS = "attribute_exists(run_id)"


class DynamoRunStore:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "pipeline runs")

    def get(self, video_id: str, run_id: str) -> Run | None:
        row = self._table.get(_key(video_id, run_id))
        return from_plain(Run, row) if row else None

    def create(self, run: Run) -> bool:
        """The maps are made with the row: DynamoDB sets no entry of a map that is not there."""
        row = {**to_plain(run), "stages": {stage.value: {} for stage in Stage}, "progress": {}}
        try:
            self._table.put(row, "attribute_not_exists(run_id)")
        except ConditionFailedError:
            return False
        return True

    def begin(self, video_id: str, run_id: str) -> bool:
        return self._move(
            video_id,
            run_id,
            RunStatus.RUNNING,
            among=(RunStatus.QUEUED, RunStatus.RUNNING),
        )

    def stage_started(self, run: Run, stage: Stage, now: datetime) -> None:
        self._set_once(run, stage, "started_at", now)

    def stage_finished(self, run: Run, stage: Stage, now: datetime, *, reused: bool) -> None:
        self._set_once(run, stage, "finished_at", now, also={"reused": reused})

    def _set_once(
        self,
        run: Run,
        stage: Stage,
        field: str,
        now: datetime,
        also: Mapping[str, Any] | None = None,
    ) -> None:
        names = {"#stage": stage.value, "#field": field}
        change, values = "SET stages.#stage.#field = :now", {":now": to_iso(now)}
        for name, value in (also or {}).items():
            change += f", stages.#stage.{name} = :{name}"
            values[f":{name}"] = value
        self._quietly(
            run, change, f"{_EXISTS} AND attribute_not_exists(stages.#stage.#field)", values, names
        )

    def planned(self, run: Run, plan_key: str, duration: Milliseconds) -> None:
        self._quietly(
            run,
            "SET plan_key = :key, media_duration = :duration",
            _EXISTS,
            {":key": plan_key, ":duration": duration},
        )

    def estimated(self, run: Run, estimate: Estimate) -> None:
        values = {":estimate": to_plain(estimate)}
        self._quietly(run, "SET estimate = :estimate", _EXISTS, values)

    def spent(self, video_id: str, run_id: str, *, milliseconds: int, memory_mb: int) -> None:
        change = "ADD calls :one, milliseconds :spent, mb_milliseconds :weighed"
        values = {":one": 1, ":spent": milliseconds, ":weighed": milliseconds * memory_mb}
        with suppress(ConditionFailedError):
            self._table.update(_key(video_id, run_id), change, _EXISTS, values)

    def progressed(self, run: Run, window: int, done: Milliseconds) -> None:
        self._quietly(
            run,
            "SET progress.#window = :done",
            f"{_EXISTS} AND (attribute_not_exists(progress.#window) OR progress.#window < :done)",
            {":done": done},
            {"#window": str(window)},
        )

    def succeed(self, run: Run, now: datetime) -> bool:
        return self._move(
            run.video_id,
            run.run_id,
            RunStatus.SUCCEEDED,
            among=(RunStatus.RUNNING,),
            also={"finished_at": to_iso(now)},
        )

    def fail(self, video_id: str, run_id: str, failure: Failure, now: datetime) -> bool:
        return self._move(
            video_id,
            run_id,
            RunStatus.FAILED,
            among=(RunStatus.QUEUED, RunStatus.RUNNING),
            also={"error": to_plain(failure), "finished_at": to_iso(now)},
        )

    def _move(
        self,
        video_id: str,
        run_id: str,
        to: RunStatus,
        *,
        among: tuple[RunStatus, ...],
        also: Mapping[str, Any] | None = None,
    ) -> bool:
        values: dict[str, Any] = {":to": to.value}
        names = {"#status": "status"}
        change = "SET #status = :to"
        for name, value in (also or {}).items():
            change += f", #{name} = :{name}"
            values[f":{name}"], names[f"#{name}"] = value, name
        wanted = {f":from{at}": status.value for at, status in enumerate(among)}
        condition = f"#status IN ({', '.join(wanted)})"
        try:
            self._table.update(_key(video_id, run_id), change, condition, values | wanted, names)
        except ConditionFailedError:
            return False
        return True

    def _quietly(
        self,
        run: Run,
        change: str,
        condition: str,
        values: Mapping[str, Any],
        names: Mapping[str, str] | None = None,
    ) -> None:
        """A failed condition means that it is so already, or that the run is gone."""
        try:
            self._table.update(_key(run.video_id, run.run_id), change, condition, values, names)
        except ConditionFailedError:
            return


def _key(video_id: str, run_id: str) -> dict[str, str]:
    return {"video_id": video_id, "run_id": run_id}
