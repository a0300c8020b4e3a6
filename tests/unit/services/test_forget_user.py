from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from functions.domain.deletions.deletion import DeletionState, deletion_id_of
from functions.domain.deletions.leaving import Cleared, Leaving, Stuck
from functions.domain.errors import ConflictError, InvalidInputError, UnavailableError
from functions.domain.platforms.accounts import SocialAccount
from functions.domain.platforms.errors import PlatformDownError
from functions.domain.platforms.tokens import Tokens
from functions.domain.posts.post import Platform
from functions.domain.tiers import Tier
from functions.domain.video import VideoStatus
from functions.services.deletions.forget_user import AT_ONCE, LeavingWork, forget_user
from functions.services.deletions.request_deletion import DeletionStores
from functions.services.posts.fresh_tokens import with_tokens
from tests.builders import (
    STRANGER,
    USER,
    VIDEO,
    make_failure,
    make_queued_video,
    make_uploading_video,
    make_webhook,
)
from tests.fakes.clock import EPOCH
from tests.fakes.stored_objects import FakeStoredObjects
from tests.fakes.users import FakeUserDirectory
from tests.fakes.world import World

OTHER = "01890000-0000-7000-8000-000000000002"
TOKENS = Tokens(access="access-0", refresh="refresh-0", scopes=("read",))


@dataclass
class FakeUserRows:
    forgotten: list[str] = field(default_factory=list)

    def forget(self, user_id: str, stop: Callable[[], bool]) -> Cleared:
        if stop():
            return Cleared(count=0, done=False)
        self.forgotten.append(user_id)
        return Cleared(count=3, done=True)


@dataclass
class Leaver:
    world: World = field(default_factory=World)
    rows: FakeUserRows = field(default_factory=FakeUserRows)
    bucket: FakeStoredObjects = field(default_factory=lambda: FakeStoredObjects(page_size=2))
    out_of_time: bool = False

    def __post_init__(self) -> None:
        self.world.users = FakeUserDirectory({})

    def call(self, user_id: object = USER) -> Leaving:
        world = self.world
        work = LeavingWork(
            users=world.users,
            objects=self.bucket,
            keyring=world.keyring,
            webhooks=world.hooks.store,
            stores=DeletionStores(
                videos=world.videos, deletions=world.deletions, executions=world.deleting
            ),
            rows=self.rows,
            settle=timedelta(seconds=60),
            clock=world.clock,
            stop=lambda: self.out_of_time,
        )
        return forget_user(user_id, work)

    def connect(self, platform: Platform, user_id: str = USER) -> None:
        account = SocialAccount(
            user_id=user_id, platform=platform, account_id="1", connected_at=EPOCH, sealed=""
        )
        self.world.social_accounts.save(with_tokens(self.world.keyring, account, TOKENS))

    def add_video(self, video_id: str = VIDEO) -> None:
        self.world.videos.create(make_queued_video(video_id=video_id))

    def deleted(self, video_id: str = VIDEO) -> None:
        """As the deletion's execution leaves it."""
        receipt = self.world.deletions.get(USER, deletion_id_of(video_id))
        assert receipt is not None
        self.world.deletions.close(receipt, EPOCH, 1)


@pytest.fixture
def leaver() -> Leaver:
    return Leaver()


def test_given_a_user_with_nothing_when_forgotten_then_it_is_finished_at_once(leaver: Leaver):
    assert leaver.call() == Leaving(rows=3, finished=True)

    assert leaver.rows.forgotten == [USER]


def test_given_accounts_when_their_user_is_forgotten_then_they_are_gone_and_taken_back(
    leaver: Leaver,
):
    leaver.connect(Platform.X)
    leaver.connect(Platform.TIKTOK)

    told = leaver.call()

    assert (told.accounts, leaver.world.social_accounts.of_user(USER)) == (2, [])
    assert leaver.world.platforms.known[Platform.X].revoked == ["access-0"]
    assert leaver.world.platforms.known[Platform.TIKTOK].revoked == ["access-0"]


def test_given_a_platform_that_is_down_when_its_user_is_forgotten_then_the_account_goes_too(
    leaver: Leaver,
):
    leaver.connect(Platform.X)
    leaver.world.platforms.known[Platform.X].error = PlatformDownError(Platform.X, "503")

    assert leaver.call().finished

    assert leaver.world.social_accounts.of_user(USER) == []


def test_given_webhooks_when_their_user_is_forgotten_then_they_are_gone(leaver: Leaver):
    leaver.world.hooks.store.create(make_webhook(), 5)

    assert leaver.call().webhooks == 1

    assert leaver.world.hooks.store.of_user(USER) == []


def test_given_videos_when_their_user_is_forgotten_then_each_is_deleted_and_sums_wait_for_them(
    leaver: Leaver,
):
    leaver.add_video()
    leaver.add_video(OTHER)

    told = leaver.call()

    assert (told.videos, told.finished, leaver.rows.forgotten) == (2, False, [])
    assert {ids["video_id"] for ids in leaver.world.deleting.started.values()} == {VIDEO, OTHER}
    assert leaver.world.deletions.hidden(USER) == {VIDEO, OTHER}


def test_given_videos_that_are_being_deleted_when_called_again_then_it_says_so_and_begins_none(
    leaver: Leaver,
):
    leaver.add_video()
    leaver.call()
    begun = dict(leaver.world.deleting.started)

    assert leaver.call() == Leaving(videos=1)

    assert leaver.world.deleting.started == begun


def test_given_videos_that_have_gone_when_called_again_then_the_rest_goes(leaver: Leaver):
    leaver.add_video()
    leaver.call()
    leaver.deleted()

    assert leaver.call().finished

    assert leaver.rows.forgotten == [USER]


def test_given_a_deletion_that_has_failed_when_called_again_then_it_is_begun_again(
    leaver: Leaver,
):
    leaver.add_video()
    leaver.call()
    receipt = leaver.world.deletions.get(USER, deletion_id_of(VIDEO))
    assert receipt is not None
    leaver.world.deletions.fail(receipt, make_failure(code="deletion.refused"))

    told = leaver.call()

    stuck = Stuck(video_id=VIDEO, deletion_id=deletion_id_of(VIDEO), code="deletion.refused")
    assert (told.stuck, told.finished) == ((stuck,), False)
    known = leaver.world.deletions.get(USER, deletion_id_of(VIDEO))
    assert known is not None
    assert (known.state, known.attempt) == (DeletionState.DELETING, receipt.attempt + 1)
    assert len(leaver.world.deleting.started) == 2


def test_given_an_upload_that_was_given_up_when_its_user_is_forgotten_then_its_row_goes_too(
    leaver: Leaver,
):
    given_up = make_uploading_video(video_id=VIDEO)
    leaver.world.videos.create(replace(given_up, status=VideoStatus.ABORTED))

    assert leaver.call().videos == 1

    assert leaver.world.deletions.hidden(USER) == {VIDEO}
    assert leaver.world.deleting.started


def test_given_no_time_when_a_user_is_forgotten_then_nothing_is_called_finished(leaver: Leaver):
    leaver.add_video()
    leaver.add_video(OTHER)
    leaver.out_of_time = True

    told = leaver.call()

    assert (told.videos, told.finished) == (1, False)


def test_given_two_users_when_one_is_forgotten_then_the_other_keeps_everything(leaver: Leaver):
    leaver.connect(Platform.X)
    leaver.world.hooks.store.create(make_webhook(), 5)
    leaver.add_video()

    assert leaver.call(STRANGER) == Leaving(rows=3, finished=True)

    assert len(leaver.world.social_accounts.of_user(USER)) == 1
    assert len(leaver.world.hooks.store.of_user(USER)) == 1
    assert leaver.world.deletions.hidden(USER) == frozenset()


@pytest.mark.parametrize("user_id", [None, "", " ", "a/b", "a" * 65, ["a"], 7, "sub\n"])
def test_given_what_is_no_id_when_forgotten_then_it_says_what_to_send(
    leaver: Leaver, user_id: object
):
    with pytest.raises(InvalidInputError) as raised:
        leaver.call(user_id)

    assert raised.value.code == "user.no_id"
    assert leaver.rows.forgotten == []


def test_given_a_user_who_can_still_sign_in_when_forgotten_then_nothing_is_touched(
    leaver: Leaver,
):
    leaver.connect(Platform.X)
    leaver.world.users = FakeUserDirectory({USER: Tier.PRO})

    with pytest.raises(ConflictError) as raised:
        leaver.call()

    assert raised.value.code == "user.still_there"
    assert len(leaver.world.social_accounts.of_user(USER)) == 1


def test_given_objects_that_no_video_has_when_forgotten_then_they_go_with_all_versions(
    leaver: Leaver,
):
    for number in range(5):
        leaver.bucket.put(f"uploads/{USER}/dropped-{number}.txt")
    leaver.bucket.put_mark(f"uploads/{USER}/dropped-0.txt")
    leaver.bucket.begin(f"media/{USER}/x")
    leaver.bucket.put(f"uploads/{STRANGER}/dropped.txt")

    told = leaver.call()

    assert (told.objects, told.finished) == (7, True)
    assert [one.key for one in leaver.bucket.versions] == [f"uploads/{STRANGER}/dropped.txt"]
    assert leaver.bucket.uploads == []


def test_given_an_object_that_stays_when_forgotten_then_it_says_so(leaver: Leaver):
    leaver.bucket.put(f"uploads/{USER}/held")
    leaver.bucket.refused[f"uploads/{USER}/held"] = "AccessDenied"

    with pytest.raises(UnavailableError, match="AccessDenied"):
        leaver.call()


def test_given_very_many_videos_when_forgotten_then_some_are_deleted_at_once(leaver: Leaver):
    for number in range(AT_ONCE + 20):
        leaver.add_video(f"video-{number:03}")

    told = leaver.call()

    assert len(leaver.world.deletions.hidden(USER)) == AT_ONCE
    assert told.videos > AT_ONCE
    for number in range(AT_ONCE + 20):
        if f"video-{number:03}" in leaver.world.deletions.hidden(USER):
            leaver.deleted(f"video-{number:03}")
    assert leaver.call().videos == 20


def test_given_one_who_was_killed_before_the_second_start_when_called_again_then_it_is_started(
    leaver: Leaver,
):
    leaver.add_video()
    leaver.call()
    leaver.world.deleting.started.clear()

    leaver.call()

    assert len(leaver.world.deleting.started) == 1
