"""The library's store of answers by key, in memory."""

from __future__ import annotations

from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyItemAlreadyExistsError,
    IdempotencyItemNotFoundError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.base import (
    BasePersistenceLayer,
    DataRecord,
)


class FakeIdempotencyLayer(BasePersistenceLayer):
    """`records` by hashed key. Nothing expires while a test runs."""

    def __init__(self) -> None:
        super().__init__()
        self.records: dict[str, DataRecord] = {}
        self.forgetful = False
        """Set, and no answer is kept: each request looks like one whose worker was killed."""

    def _get_record(self, idempotency_key: str) -> DataRecord:
        if idempotency_key not in self.records:
            raise IdempotencyItemNotFoundError
        return self.records[idempotency_key]

    def _put_record(self, data_record: DataRecord) -> None:
        known = self.records.get(data_record.idempotency_key)
        if known is None:
            self.records[data_record.idempotency_key] = data_record
            return
        self._validate_payload(data_payload=data_record, stored_data_record=known)
        raise IdempotencyItemAlreadyExistsError(old_data_record=known)

    def _update_record(self, data_record: DataRecord) -> None:
        if not self.forgetful:
            self.records[data_record.idempotency_key] = data_record

    def _delete_record(self, data_record: DataRecord) -> None:
        self.records.pop(data_record.idempotency_key, None)
