"""Lip-sync jobs in DynamoDB. Those that wait for the provider are in an index of few shards, which
holds just what looking at them takes: a job is a row of some kilobytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.domain.codec import from_plain, to_plain
from functions.domain.errors import StaleWriteError
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.job_ports import DueJob
from functions.domain.lipsync.polling import poll_shard
from functions.domain.paging import Page, Position
from functions.domain.times import to_iso

BY_USER: Final = "user_id-created_at-index"
BY_VIDEO: Final = "video_id-created_at-index"
BY_POLL: Final = "poll_shard-next_poll_at-index"
_VERSION: Final = {"#version": "version"}


class DynamoLipSyncJobStore:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "lip-sync jobs")

    def get(self, job_id: str) -> LipSyncJob | None:
        row = self._table.get({"job_id": job_id})
        return from_plain(LipSyncJob, row) if row else None

    def create(self, job: LipSyncJob) -> bool:
        try:
            self._table.put(to_row(replace(job, version=1)), "attribute_not_exists(job_id)")
        except ConditionFailedError:
            return False
        return True

    def save(self, job: LipSyncJob) -> LipSyncJob:
        saved = replace(job, version=job.version + 1)
        read = {":read": job.version}
        try:
            self._table.put(to_row(saved), "#version = :read", read, _VERSION)
        except ConditionFailedError as error:
            raise StaleWriteError("The job") from error
        return saved

    def of_user(self, user_id: str, *, limit: int, after: Position | None) -> Page[LipSyncJob]:
        rows = self._table.query(
            "user_id = :user",
            {":user": user_id},
            limit=limit,
            index=BY_USER,
            after=after,
            forward=False,
        )
        return Page(tuple(from_plain(LipSyncJob, row) for row in rows.items), rows.next)

    def due(self, shard: str, until: datetime, limit: int) -> list[DueJob]:
        rows = self._table.query(
            "poll_shard = :shard AND next_poll_at <= :until",
            {":shard": shard, ":until": to_iso(until)},
            limit=limit,
            index=BY_POLL,
        )
        return [from_plain(DueJob, row) for row in rows.items]

    def postpone(self, job: DueJob, until: datetime) -> bool:
        return self._set_poll(
            job.job_id,
            until,
            "next_poll_at = :read AND generation_id = :generation",
            {":read": to_iso(job.next_poll_at), ":generation": job.generation_id},
            "polls = polls + :one, ",
            {":one": 1},
        )

    def hasten(self, job_id: str, generation_id: str, now: datetime) -> bool:
        condition = "attribute_exists(next_poll_at) AND generation_id = :generation"
        return self._set_poll(job_id, now, condition, {":generation": generation_id})

    def _set_poll(
        self,
        job_id: str,
        to: datetime,
        condition: str,
        wanted: dict[str, Any],
        also: str = "",
        more: dict[str, Any] | None = None,
    ) -> bool:
        """The version goes on with it: whoever read before must read again."""
        change = f"SET {also}next_poll_at = :to, #version = #version + :up"
        values = {":to": to_iso(to), ":up": 1, **wanted, **(more or {})}
        try:
            self._table.update({"job_id": job_id}, change, condition, values, _VERSION)
        except ConditionFailedError:
            return False
        return True


def to_row(job: LipSyncJob) -> dict[str, Any]:
    """Only what waits has a shard, and what the index wants to know of it."""
    plain: dict[str, Any] = to_plain(job)
    attempt = job.attempt
    if job.next_poll_at is not None and attempt is not None and attempt.submitted_at is not None:
        plain["poll_shard"] = poll_shard(job.job_id)
        plain["generation_id"] = attempt.generation_id
        plain["submitted_at"] = to_iso(attempt.submitted_at)
    return plain
