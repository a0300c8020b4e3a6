"""What waits for its next try is put into the queue when its time has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from functions.domain.webhooks.retries import SHARDS
from functions.services.webhooks.deliveries import LEASE, WebhookContext, tasks_of

PAGE: Final = 50


def retry_deliveries(made: WebhookContext, stop: Callable[[], bool]) -> int:
    """Row first, message second: who dies in between loses no more than a lease. `stop` says when
    there is no time left. Returns how many were put into the queue."""
    count, busy = 0, set(range(SHARDS))
    while busy and not stop():
        for shard in sorted(busy):
            found = made.deliveries.due(shard, made.clock(), PAGE)
            if len(found) < PAGE:
                busy.discard(shard)
            until = made.clock() + LEASE
            ready = [one for one in found if made.deliveries.put_off(one, until)]
            made.queue.send(tasks_of(ready))
            count += len(ready)
            if stop():
                break
    return count
