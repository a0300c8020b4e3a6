"""Subscriptions, deliveries and places at receivers: for the tables and for the fakes alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from functions.adapters.dynamo.receiver_health import DynamoReceiverHealth
from functions.adapters.dynamo.webhook_deliveries import DynamoDeliveryStore
from functions.adapters.dynamo.webhooks import DynamoWebhookStore
from functions.domain.errors import ConflictError, StaleWriteError
from functions.domain.webhooks.ports import DeliveryStore, Mood, ReceiverHealth, WebhookStore
from functions.domain.webhooks.retries import SHARDS
from functions.domain.webhooks.webhook import (
    Attempt,
    Delivery,
    DeliveryState,
    Fault,
    PauseReason,
    Replay,
    SealedSecret,
    Webhook,
    WebhookState,
    delivery_id_of,
)
from tests.fakes.clock import EPOCH
from tests.fakes.webhooks import FakeDeliveryStore, FakeReceiverHealth, FakeWebhookStore

LATER = EPOCH + timedelta(minutes=1)


@dataclass(frozen=True)
class Stores:
    webhooks: WebhookStore
    deliveries: DeliveryStore
    health: ReceiverHealth


@pytest.fixture(params=["fake", "dynamodb"])
def stores(request: pytest.FixtureRequest, tables: dict[str, str]) -> Stores:
    if request.param == "fake":
        store = FakeWebhookStore()
        return Stores(store, FakeDeliveryStore(), FakeReceiverHealth(store))
    return Stores(
        DynamoWebhookStore(tables["webhooks"]),
        DynamoDeliveryStore(tables["webhook_deliveries"]),
        DynamoReceiverHealth(tables["webhooks"]),
    )


def _webhook(user: str, name: str = "one", **more: object) -> Webhook:
    made = Webhook(
        webhook_id=f"{name}-{user}",
        user_id=user,
        url="https://hooks.example.com/in",
        events=("segment.*", "run.updated"),
        secrets=(
            SealedSecret(secret_id="s2", sealed="x", created_at=EPOCH),
            SealedSecret(secret_id="s1", sealed="y", created_at=EPOCH, until=LATER),
        ),
        created_at=EPOCH,
        updated_at=EPOCH,
    )
    return replace(made, **more)


def _created(stores: Stores, user: str, **more: object) -> Webhook:
    webhook = _webhook(user, **more)
    assert stores.webhooks.create(webhook, 10)
    return replace(webhook, version=1)


def _delivery(webhook_id: str, at: int = 0, **more: object) -> Delivery:
    moment = EPOCH + timedelta(seconds=at)
    made = Delivery(
        webhook_id=webhook_id,
        delivery_id=delivery_id_of(webhook_id, f"event-{at}", moment),
        user_id="user",
        event_id=f"event-{at}",
        event_type="segment.created",
        sequence=at + 1,
        event_at=moment,
        since=EPOCH,
        created_at=EPOCH,
        updated_at=EPOCH,
        next_try_at=LATER,
    )
    return replace(made, **more)


class TestWebhookStore:
    def test_given_a_webhook_when_created_then_it_reads_back_as_it_was(
        self, stores: Stores, fresh: str
    ) -> None:
        made = _created(stores, fresh, description="Our shop")

        assert stores.webhooks.get(fresh, made.webhook_id) == made
        assert stores.webhooks.of_user(fresh) == [made]
        assert stores.webhooks.get(f"{fresh}-other", made.webhook_id) is None

    def test_given_an_id_that_is_there_when_created_then_the_first_stays_and_counts_once(
        self, stores: Stores, fresh: str
    ) -> None:
        made = _created(stores, fresh)

        assert not stores.webhooks.create(replace(made, url="https://other.example.com"), 10)

        assert stores.webhooks.of_user(fresh) == [made]
        assert stores.webhooks.create(_webhook(fresh, "two"), 2)
        # The one that is there is told of before the limit is.
        assert not stores.webhooks.create(made, 2)

    def test_given_as_many_as_a_tier_has_when_one_more_is_made_then_it_is_refused_until_one_goes(
        self, stores: Stores, fresh: str
    ) -> None:
        first = _created(stores, fresh)
        stores.webhooks.create(_webhook(fresh, "two"), 2)

        with pytest.raises(ConflictError) as refused:
            stores.webhooks.create(_webhook(fresh, "three"), 2)
        stores.webhooks.delete(first)

        assert refused.value.code == "webhook.limit_reached"
        assert stores.webhooks.create(_webhook(fresh, "three"), 2)
        names = [one.webhook_id for one in stores.webhooks.of_user(fresh)]
        assert names == [f"three-{fresh}", f"two-{fresh}"]

    def test_given_changes_when_saved_then_what_is_none_is_gone_and_the_rest_is_as_it_was(
        self, stores: Stores, fresh: str
    ) -> None:
        made = _created(stores, fresh, description="Our shop")
        paused = replace(
            made,
            description=None,
            state=WebhookState.PAUSED,
            reason=PauseReason.GONE,
            paused_at=LATER,
            secrets=made.secrets[:1],
        )

        saved = stores.webhooks.save(paused)
        again = stores.webhooks.save(
            replace(saved, state=WebhookState.ACTIVE, reason=None, paused_at=None)
        )

        assert saved == replace(paused, version=2)
        assert again == stores.webhooks.get(fresh, made.webhook_id)
        assert (again.reason, again.paused_at, again.version) == (None, None, 3)

    def test_given_a_version_that_moved_on_when_written_then_it_is_stale(
        self, stores: Stores, fresh: str
    ) -> None:
        made = _created(stores, fresh)
        stores.webhooks.save(replace(made, description="x"))

        with pytest.raises(StaleWriteError):
            stores.webhooks.save(made)
        with pytest.raises(StaleWriteError):
            stores.webhooks.delete(made)

        assert len(stores.webhooks.of_user(fresh)) == 1

    def test_given_a_replay_when_noted_then_only_by_the_latest(
        self, stores: Stores, fresh: str
    ) -> None:
        made = _created(stores, fresh)
        first = Replay(replay_id="r1", start=EPOCH, end=LATER, every=False, asked_at=LATER)

        stores.webhooks.begin_replay(made, first)
        assert stores.webhooks.note_replay(made, replace(first, told=3))
        stores.webhooks.begin_replay(made, first)
        known = stores.webhooks.get(fresh, made.webhook_id)
        assert known is not None
        assert known.replay == replace(first, told=3)
        stores.webhooks.begin_replay(made, replace(first, replay_id="r2"))

        assert not stores.webhooks.note_replay(made, first)
        known = stores.webhooks.get(fresh, made.webhook_id)
        assert known is not None
        assert known.replay is not None
        assert (known.replay.replay_id, known.version) == ("r2", 1)


class TestReceiverHealth:
    def _get(self, stores: Stores, webhook: Webhook) -> Webhook:
        known = stores.webhooks.get(webhook.user_id, webhook.webhook_id)
        assert known is not None
        return known

    def _enter(self, stores: Stores, webhook: Webhook) -> str | None:
        return stores.health.enter(self._get(stores, webhook), EPOCH, LATER)

    def test_given_four_places_when_taken_then_a_fifth_waits_until_one_is_given_back_or_over(
        self, stores: Stores, fresh: str
    ) -> None:
        made = _created(stores, fresh)

        places = [self._enter(stores, made) for _ in range(5)]

        assert len(set(places[:4])) == 4
        assert None not in places[:4]
        assert places[4] is None
        stores.health.leave(made, str(places[0]), None, EPOCH)
        assert self._enter(stores, made) == places[0]
        known = self._get(stores, made)
        assert stores.health.enter(known, LATER, LATER + timedelta(seconds=9)) is not None
        assert known.version == 1

    def test_given_two_who_read_the_same_when_both_enter_then_each_has_a_place_of_its_own(
        self, stores: Stores, fresh: str
    ) -> None:
        made = _created(stores, fresh)
        seen = self._get(stores, made)

        places = [stores.health.enter(seen, EPOCH, LATER) for _ in range(6)]

        taken = [one for one in places if one]
        assert len(taken) == len(set(taken)) == len(self._get(stores, made).places)

    def test_given_answers_when_told_then_failures_add_up_until_one_is_taken(
        self, stores: Stores, fresh: str
    ) -> None:
        made = _created(stores, fresh)
        for at in (EPOCH, LATER):
            stores.health.leave(made, str(self._enter(stores, made)), Mood.REFUSED, at)

        failing = self._get(stores, made)
        assert (failing.failures, failing.failing_since, failing.strikes) == (2, EPOCH, 0)
        stores.health.leave(made, str(self._enter(stores, made)), Mood.TAKEN, LATER)
        well = self._get(stores, made)
        assert (well.failures, well.failing_since, well.delivered_at) == (0, None, LATER)
        assert well.places == {}

    def test_given_silence_three_times_when_over_then_nobody_enters_and_then_just_one(
        self, stores: Stores, fresh: str
    ) -> None:
        made = _created(stores, fresh)
        for _ in range(3):
            stores.health.leave(made, str(self._enter(stores, made)), Mood.SILENT, EPOCH)

        held = self._get(stores, made)
        assert (held.strikes, held.held_until) == (3, EPOCH + timedelta(seconds=30))
        assert self._enter(stores, made) is None
        assert stores.health.enter(held, LATER, LATER + timedelta(seconds=9)) is not None
        again = self._get(stores, made)
        assert stores.health.enter(again, LATER, LATER + timedelta(seconds=9)) is None
        (place,) = again.places
        stores.health.leave(made, place, Mood.TAKEN, LATER)
        assert self._get(stores, made).held_until is None

    def test_given_a_pause_when_ended_then_its_receiver_begins_anew(
        self, stores: Stores, fresh: str
    ) -> None:
        made = _created(stores, fresh)
        for _ in range(3):
            stores.health.leave(made, str(self._enter(stores, made)), Mood.SILENT, EPOCH)

        stores.webhooks.save(replace(self._get(stores, made), description="x"))
        assert self._get(stores, made).strikes == 3
        well = stores.webhooks.save(self._get(stores, made), well=True)

        assert (well.strikes, well.failures, well.failing_since, well.held_until) == (
            0, 0, None, None,
        )  # fmt: skip

    @pytest.mark.parametrize("mood", [None, *Mood])
    def test_given_a_webhook_that_is_gone_when_its_receiver_answers_then_no_row_comes_back(
        self, stores: Stores, fresh: str, mood: Mood | None
    ) -> None:
        made = _created(stores, fresh)
        place = self._enter(stores, made)
        stores.webhooks.delete(made)

        stores.health.leave(made, str(place), mood, EPOCH)

        assert stores.health.enter(made, EPOCH, LATER) is None
        assert stores.webhooks.of_user(fresh) == []


class TestDeliveryStore:
    def test_given_a_delivery_when_created_twice_then_it_is_there_once_as_it_was(
        self, stores: Stores, fresh: str
    ) -> None:
        made = _delivery(fresh)

        assert stores.deliveries.create(made)
        assert not stores.deliveries.create(replace(made, turn=7))

        assert stores.deliveries.get(fresh, made.delivery_id) == made
        assert stores.deliveries.get(fresh, "other") is None

    def test_given_a_turn_when_begun_twice_then_one_has_it(
        self, stores: Stores, fresh: str
    ) -> None:
        made = _delivery(fresh)
        stores.deliveries.create(made)

        begun = stores.deliveries.begin(made, EPOCH)
        later = LATER + timedelta(hours=1)

        assert begun == replace(made, turn=1)
        assert stores.deliveries.begin(made, EPOCH) is None
        assert stores.deliveries.begin(begun, later) == replace(made, turn=2, next_try_at=later)
        assert stores.deliveries.get(fresh, made.delivery_id) == replace(
            made, turn=2, next_try_at=later
        )

    def test_given_a_try_when_it_ends_then_by_the_one_who_has_the_turn(
        self, stores: Stores, fresh: str
    ) -> None:
        made = _delivery(fresh)
        stores.deliveries.create(made)
        begun = stores.deliveries.begin(made, EPOCH)
        assert begun is not None
        attempt = Attempt(at=EPOCH, duration_ms=12, code=503, fault=Fault.STATUS)
        failed = replace(begun, attempts=(attempt,), fault=Fault.STATUS, updated_at=LATER)

        assert not stores.deliveries.end(replace(failed, turn=0))
        assert stores.deliveries.end(failed)
        taken = replace(
            failed,
            state=DeliveryState.DELIVERED,
            fault=None,
            next_try_at=None,
            attempts=(attempt, Attempt(at=LATER, duration_ms=3, code=200)),
        )
        assert stores.deliveries.end(taken)

        assert stores.deliveries.get(fresh, made.delivery_id) == taken
        assert not stores.deliveries.end(taken)
        assert stores.deliveries.begin(taken, EPOCH) is None
        assert not stores.deliveries.put_off(taken, LATER)

    def test_given_two_who_put_it_off_when_both_have_read_it_then_one_may(
        self, stores: Stores, fresh: str
    ) -> None:
        made = _delivery(fresh)
        stores.deliveries.create(made)
        until = LATER + timedelta(minutes=5)

        assert stores.deliveries.put_off(made, until)
        assert not stores.deliveries.put_off(made, until + timedelta(minutes=5))

        assert stores.deliveries.get(fresh, made.delivery_id) == replace(made, next_try_at=until)

    def test_given_one_that_is_over_when_begun_again_then_it_waits_as_a_new_one_and_keeps_its_past(
        self, stores: Stores, fresh: str
    ) -> None:
        attempt = Attempt(at=EPOCH, duration_ms=12, code=503, fault=Fault.STATUS)
        made = _delivery(fresh)
        stores.deliveries.create(made)
        assert not stores.deliveries.restart(made, LATER, LATER)
        over = replace(
            made, state=DeliveryState.FAILED, fault=Fault.STATUS, next_try_at=None,
            attempts=(attempt,), turn=0,
        )  # fmt: skip
        assert stores.deliveries.end(over)

        assert stores.deliveries.restart(over, LATER, LATER)

        assert not stores.deliveries.restart(over, LATER, LATER)
        again = stores.deliveries.get(fresh, made.delivery_id)
        assert again == replace(
            made, since=LATER, updated_at=LATER, next_try_at=LATER, attempts=(attempt,)
        )
        assert again in self._due(stores, fresh, LATER)

    def _due(self, stores: Stores, webhook_id: str, now: object) -> Sequence[Delivery]:
        every = [one for shard in range(SHARDS) for one in stores.deliveries.due(shard, now, 1000)]
        return [one for one in every if one.webhook_id == webhook_id]

    def test_given_what_waits_when_due_then_each_once_and_nothing_else(
        self, stores: Stores, fresh: str
    ) -> None:
        first, second, third = (
            _delivery(fresh, at, next_try_at=EPOCH + timedelta(minutes=at)) for at in range(3)
        )
        for one in (first, second, third):
            stores.deliveries.create(one)
        stores.deliveries.end(replace(first, state=DeliveryState.DELIVERED, next_try_at=None))

        assert self._due(stores, fresh, EPOCH) == []
        assert self._due(stores, fresh, LATER) == [second]
        both = self._due(stores, fresh, LATER + timedelta(hours=1))
        assert sorted(both, key=lambda one: one.sequence) == [second, third]

    @pytest.mark.parametrize("limit", [1, 3, 100])
    def test_given_many_when_listed_then_newest_first_in_pages_by_state(
        self, stores: Stores, fresh: str, limit: int
    ) -> None:
        made = [_delivery(fresh, at) for at in range(7)]
        for one in made:
            stores.deliveries.create(one)
        for one in made[::2]:
            stores.deliveries.end(replace(one, state=DeliveryState.FAILED, next_try_at=None))

        for state, wanted in ((None, range(7)), (DeliveryState.FAILED, range(0, 7, 2))):
            assert self._listed(stores, fresh, limit, state) == [
                made[at].delivery_id for at in reversed(wanted)
            ]

    def _listed(
        self, stores: Stores, webhook_id: str, limit: int, state: DeliveryState | None
    ) -> list[str]:
        found: list[str] = []
        after = None
        for _ in range(10):
            page = stores.deliveries.of_webhook(webhook_id, limit=limit, after=after, state=state)
            assert len(page.items) <= limit
            found += [one.delivery_id for one in page.items]
            after = page.next
            if after is None:
                break
        return found
