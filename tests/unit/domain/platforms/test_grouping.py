from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.platforms.grouping import (
    POSTS_IN_A_CALL,
    DuePost,
    in_batches,
    least_calls,
)
from functions.domain.posts.post import Platform

some_due = st.lists(
    st.builds(
        DuePost,
        st.sampled_from(["anna", "ben", "cleo"]),
        st.sampled_from(Platform),
        st.sampled_from(["s1", "s2"]),
        st.integers(0, 200).map(str),
    ),
    max_size=400,
)


def test_given_the_platforms_when_grouped_then_a_call_takes_what_each_allows():
    assert POSTS_IN_A_CALL == {
        Platform.YOUTUBE: 50,
        Platform.INSTAGRAM: 50,
        # Two of the fifty requests in a batch for each post.
        Platform.FACEBOOK: 25,
        Platform.X: 100,
        Platform.TIKTOK: 20,
    }


@given(some_due)
def test_given_due_posts_when_grouped_then_each_is_in_one_batch(due: list[DuePost]):
    batches = in_batches(due)

    assert Counter(post for batch in batches for post in batch.posts) == Counter(set(due))


@given(some_due)
def test_given_due_posts_when_grouped_then_a_batch_is_of_one_account_and_no_larger_than_a_call(
    due: list[DuePost],
):
    for batch in in_batches(due):
        assert {(post.user_id, post.platform) for post in batch.posts} == {
            (batch.user_id, batch.platform)
        }
        assert 1 <= len(batch.posts) <= POSTS_IN_A_CALL[batch.platform]


@given(some_due)
def test_given_due_posts_when_grouped_then_there_are_as_few_batches_as_can_be(due: list[DuePost]):
    counts = Counter((post.user_id, post.platform) for post in set(due))

    assert len(in_batches(due)) == least_calls(counts)


@given(some_due, st.randoms())
def test_given_due_posts_in_any_order_when_grouped_then_the_batches_are_the_same(
    due: list[DuePost], chance: object
):
    mixed = list(due)
    chance.shuffle(mixed)  # type: ignore[attr-defined]

    assert in_batches(mixed) == in_batches(due)
