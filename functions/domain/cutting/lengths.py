"""Keeping segments between a shortest and a longest length."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from functions.domain.times import Milliseconds

Choose = Callable[[Milliseconds, Milliseconds], Milliseconds]
"""A cut between two times, both included, where there has to be one."""


def latest(_: Milliseconds, last: Milliseconds) -> Milliseconds:
    return last


def held(
    wanted: Iterable[Milliseconds],
    duration: Milliseconds,
    *,
    shortest: Milliseconds,
    longest: Milliseconds | None = None,
    choose: Choose = latest,
) -> tuple[Milliseconds, ...]:
    """The cuts of `wanted`, ascending, that leave no segment too short, and those that are needed
    so that none is too long; `choose` says where.

    Both hold for every video that is as long as `shortest`, since `longest` is twice that at least.
    """
    cuts: list[Milliseconds] = []
    at = 0
    for cut in [*(cut for cut in wanted if cut < duration), duration]:
        while longest is not None and cut - at > longest:
            first, last = at + shortest, min(at + longest, cut - shortest)
            at = min(max(choose(first, last), first), last)
            cuts.append(at)
        if cut - at >= shortest and duration - cut >= shortest:
            cuts.append(cut)
            at = cut
    return tuple(cuts)
