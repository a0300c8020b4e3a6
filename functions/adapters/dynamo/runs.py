"""Pipeline runs in DynamoDB: many workers write here, each its own attribute, while one goes on."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.domain.codec import from_plain, to_plain
from functions.domain.cutting.budget import Estimate
from functions.domain.errors import RunOverError
from functions.domain.failure import Failure
from functions.domain.paging import Page, Position
from functions.domain.runs.lease import CLOSING, lease_from
from functions.domain.runs.run import Outcome, Run, RunStatus, Stage
from functions.domain.times import Milliseconds, to_iso

_EXISTS = "attribute_exists(run_id)"
_OPEN = "#status IN (:queued, :running)"
_OPEN_VALUES = {":queued": RunStatus.QUEUED.value, ":running": RunStatus.RUNNING.value}
_STATUS = {"#status": "status"}


class DynamoRunStore:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "pipeline runs")

    def get(self, video_id: str, run_id: str) -> Run | None:
        row = self._table.get(run_key(video_id, run_id))
        return from_plain(Run, row) if row else None

    def of_video(self, video_id: str, *, limit: int, after: Position | None) -> Page[Run]:
        """Ids begin with the run's number, so that the newest are the last by key."""
        rows = self._table.query(
            "video_id = :video", {":video": video_id}, limit=limit, after=after, forward=False
        )
        return Page(tuple(from_plain(Run, row) for row in rows.items), rows.next)

    def create(self, run: Run) -> bool:
        try:
            self._table.put(new_row(run), "attribute_not_exists(run_id)")
        except ConditionFailedError:
            return False
        return True

    def begin(self, video_id: str, run_id: str, now: datetime) -> bool:
        also = {"lease_until": to_iso(lease_from(now))}
        return self._move(video_id, run_id, RunStatus.RUNNING, also=also)

    def renew(self, video_id: str, run_id: str, until: datetime) -> bool:
        change = "SET lease_until = :until"
        try:
            self._open(video_id, run_id, change, {":until": to_iso(until)})
        except ConditionFailedError:
            return False
        return True

    def stage_started(self, run: Run, stage: Stage, now: datetime, *, counted: bool = True) -> None:
        change = "SET stages.#stage.started_at = if_not_exists(stages.#stage.started_at, :now)"
        values: dict[str, Any] = {":now": to_iso(now)}
        if counted:
            change += ", stages.#stage.attempts = if_not_exists(stages.#stage.attempts, :none)"
            change += " + :one"
            values |= {":none": 0, ":one": 1}
        self._write(run, change, values, {"#stage": stage.value})

    def stage_finished(
        self, run: Run, stage: Stage, now: datetime, *, reused: bool, given_up: bool = False
    ) -> None:
        self._write(
            run,
            "SET stages.#stage.finished_at = :now, stages.#stage.reused = :reused, "
            "stages.#stage.given_up = :given_up",
            {":now": to_iso(now), ":reused": reused, ":given_up": given_up},
            {"#stage": stage.value},
            unless="attribute_exists(stages.#stage.finished_at)",
        )

    def stage_failed(self, run: Run, stage: Stage, code: str) -> None:
        change = (
            "SET stages.#stage.last_error = :code, "
            "stages.#stage.#errors = if_not_exists(stages.#stage.#errors, :none) + :one"
        )
        names = {"#stage": stage.value, "#errors": "errors"}
        values = {":code": code, ":none": 0, ":one": 1}
        with suppress(ConditionFailedError):
            self._table.update(run_key(run.video_id, run.run_id), change, _EXISTS, values, names)

    def planned(self, run: Run, plan_key: str, duration: Milliseconds) -> None:
        change = "SET plan_key = :key, media_duration = :duration"
        self._write(run, change, {":key": plan_key, ":duration": duration})

    def estimated(self, run: Run, estimate: Estimate) -> None:
        self._write(run, "SET estimate = :estimate", {":estimate": to_plain(estimate)})

    def spent(self, video_id: str, run_id: str, *, milliseconds: int, memory_mb: int) -> None:
        change = "ADD calls :one, milliseconds :spent, mb_milliseconds :weighed"
        values = {":one": 1, ":spent": milliseconds, ":weighed": milliseconds * memory_mb}
        with suppress(ConditionFailedError):
            self._table.update(run_key(video_id, run_id), change, _EXISTS, values)

    def progressed(self, run: Run, window: int, done: Milliseconds) -> bool:
        try:
            self._write(
                run,
                "SET progress.#window = :done",
                {":done": done},
                {"#window": str(window)},
                unless="progress.#window >= :done",
            )
        except RunOverError:
            return False
        return True

    def succeed(self, run: Run, outcome: Outcome | None, now: datetime) -> bool:
        also = {
            "finished_at": to_iso(now),
            "lease_until": to_iso(now + CLOSING),
            **({"outcome": to_plain(outcome)} if outcome else {}),
        }
        among = (RunStatus.RUNNING,)
        return self._move(run.video_id, run.run_id, RunStatus.SUCCEEDED, among=among, also=also)

    def fail(self, video_id: str, run_id: str, failure: Failure, now: datetime) -> bool:
        also = {"error": to_plain(failure), "finished_at": to_iso(now)}
        return self._move(video_id, run_id, RunStatus.FAILED, also=also)

    def cancel(self, video_id: str, run_id: str, now: datetime) -> bool:
        also = {"finished_at": to_iso(now)}
        return self._move(video_id, run_id, RunStatus.CANCELLED, also=also)

    def let_go(self, run: Run) -> None:
        over = "attribute_exists(run_id) AND NOT (" + _OPEN + ")"
        with suppress(ConditionFailedError):
            self._table.update(
                run_key(run.video_id, run.run_id),
                "REMOVE watch_shard, lease_until",
                over,
                _OPEN_VALUES,
                _STATUS,
            )

    def _move(
        self,
        video_id: str,
        run_id: str,
        to: RunStatus,
        *,
        among: tuple[RunStatus, ...] = (RunStatus.QUEUED, RunStatus.RUNNING),
        also: Mapping[str, Any],
    ) -> bool:
        """The one write that decides how a run goes on: of several, one finds it as it wants."""
        values: dict[str, Any] = {":to": to.value}
        names = {"#status": "status"}
        change = "SET #status = :to"
        for name, value in also.items():
            change += f", #{name} = :{name}"
            values[f":{name}"], names[f"#{name}"] = value, name
        wanted = {f":from{at}": status.value for at, status in enumerate(among)}
        condition = f"#status IN ({', '.join(wanted)})"
        try:
            self._table.update(run_key(video_id, run_id), change, condition, values | wanted, names)
        except ConditionFailedError:
            return False
        return True

    def _write(
        self,
        run: Run,
        change: str,
        values: Mapping[str, Any],
        names: Mapping[str, str] | None = None,
        *,
        unless: str | None = None,
    ) -> None:
        """Nothing where it is so already. Raises RunOverError where the run is over or gone."""
        try:
            self._open(run.video_id, run.run_id, change, values, names, unless=unless)
        except ConditionFailedError as error:
            known = self.get(run.video_id, run.run_id)
            if known is None or not known.open:
                raise RunOverError from error

    def _open(
        self,
        video_id: str,
        run_id: str,
        change: str,
        values: Mapping[str, Any],
        names: Mapping[str, str] | None = None,
        *,
        unless: str | None = None,
    ) -> None:
        self._table.update(
            run_key(video_id, run_id),
            change,
            f"{_OPEN} AND NOT ({unless})" if unless else _OPEN,
            {**values, **_OPEN_VALUES},
            {**(names or {}), **_STATUS},
        )


def run_key(video_id: str, run_id: str) -> dict[str, str]:
    return {"video_id": video_id, "run_id": run_id}


def new_row(run: Run) -> dict[str, Any]:
    """The maps are made with the row: DynamoDB sets no entry of a map that is not there."""
    return {**to_plain(run), "stages": {stage.value: {} for stage in Stage}, "progress": {}}
