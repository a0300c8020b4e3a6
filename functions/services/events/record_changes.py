"""From what tables' streams tell to the log: each change once, numbered in the order of its user.

A user's log has a head that holds the last number, and each row that was told of a mark that
holds the number of its last write. Both are read before, and written in one transaction with the
events, which holds only if the head is as it was read: so no number is given twice or left out,
and a change that comes again, since a worker was killed or a batch was halved, adds nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from functions.domain.errors import StaleWriteError
from functions.domain.events.change import Change, Draft, padded
from functions.domain.events.event import PROGRESS, VERSIONS, Event, event_id_of
from functions.domain.events.kinds import OUTLIVING, drafts_of
from functions.domain.events.ports import Entry, EventLog, GoneVideos, Known, Mark

AT_ONCE: Final = 99
"""Events and marks of one transaction, which holds a hundred writes; one is the head's."""
PROGRESS_EVERY: Final = timedelta(milliseconds=250)
ATTEMPTS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What it is done with; `at_once` users are written beside each other."""

    log: EventLog
    videos: GoneVideos
    clock: Callable[[], datetime]
    wait: Callable[[float], None] = time.sleep
    at_once: int = 8


@dataclass(slots=True)
class _Told:
    """A change, with what is told of it."""

    change: Change
    drafts: list[Draft] = field(default_factory=list)

    @property
    def weight(self) -> int:
        """Writes, its mark included."""
        return len(self.drafts) + 1


def record_changes(of: Recording, changes: Sequence[Change]) -> int:
    """Returns how many events were written. Safe to repeat, whole or in parts.

    Raises StaleWriteError where other workers are too many, UnavailableError.
    """
    told = [_Told(change, list(drafts_of(change))) for change in changes]
    _leave_out_gone(of.videos, told)
    by_user: dict[str, list[_Told]] = {}
    for one in told:
        if one.drafts:
            by_user.setdefault(one.drafts[0].user_id, []).append(one)
    return _record(of, {user_id: list(_parts(_thinned(it))) for user_id, it in by_user.items()})


def _record(of: Recording, parts: Mapping[str, Sequence[Sequence[_Told]]]) -> int:
    """Of each user one part after the other; users beside each other, since none waits for one."""
    if not parts:
        return 0
    known = of.log.known({user_id: _subjects(some[0]) for user_id, some in parts.items()})

    def append(user_id: str) -> int:
        first, *others = parts[user_id]
        count = _append(of, user_id, first, known[user_id])
        return count + sum(_append(of, user_id, part) for part in others)

    with ThreadPoolExecutor(min(of.at_once, len(parts))) as pool:
        written = [pool.submit(append, user_id) for user_id in parts]
    # All have ended: one whose log cannot be written keeps no other from it.
    return sum(one.result() for one in written)


def _leave_out_gone(videos: GoneVideos, told: Sequence[_Told]) -> None:
    """What happens to a video's things while it is deleted is its deletion, and told as that."""
    named = {draft.video_id for one in told for draft in one.drafts if draft.video_id}
    gone = videos.gone(named) if named else frozenset()
    for one in told:
        one.drafts = [
            draft for draft in one.drafts if draft.video_id not in gone or draft.type in OUTLIVING
        ]


def _thinned(told: Sequence[_Told]) -> list[_Told]:
    """Of a job's progress in one batch the last says it all."""
    seen = set[tuple[str, str]]()
    kept = list[_Told]()
    for one in reversed(told):
        last = [draft for draft in one.drafts if (draft.type, draft.subject_id) not in seen]
        seen |= {(draft.type, draft.subject_id) for draft in last if draft.type in PROGRESS}
        one.drafts = last
        kept.append(one)
    return [one for one in reversed(kept) if one.drafts]


def _parts(told: Sequence[_Told]) -> Iterator[list[_Told]]:
    """As many as go into one transaction."""
    part, weight = list[_Told](), 0
    for one in told:
        if part and weight + one.weight > AT_ONCE:
            yield part
            part, weight = [], 0
        part.append(one)
        weight += one.weight
    if part:
        yield part


def _subjects(part: Sequence[_Told]) -> set[str]:
    return {one.change.subject for one in part}


def _append(of: Recording, user_id: str, part: Sequence[_Told], known: Known | None = None) -> int:
    for attempt in range(ATTEMPTS):
        known = known or of.log.known({user_id: _subjects(part)})[user_id]
        entries, marks = _numbered(user_id, part, known, of.clock())
        if not marks:
            return 0
        try:
            of.log.append(user_id, known.last, entries, marks)
        except StaleWriteError:
            # Another stream's worker has told this user of something.
            known = None
            of.wait(random.uniform(0, min(0.01 * 2**attempt, 0.5)))  # noqa: S311
        else:
            return len(entries)
    raise StaleWriteError("The log of events")


def _numbered(
    user_id: str, part: Sequence[_Told], known: Known, now: datetime
) -> tuple[list[Entry], list[Mark]]:
    """The events of what was not told yet, and the marks that say that it is."""
    entries = list[Entry]()
    marks: dict[str, Mark] = {}
    for one in part:
        subject, number = one.change.subject, padded(one.change.number)
        mark = marks.get(subject) or known.marks.get(subject)
        if mark is not None and mark.number >= number:
            continue
        mark = replace(mark, number=number) if mark else Mark(subject=subject, number=number)
        for at, draft in enumerate(one.drafts):
            if draft.type in PROGRESS and not _is_news(draft, mark, now):
                continue
            data, mark = _risen(draft, mark, now)
            entries.append(
                _entry(user_id, known.last + len(entries) + 1, one.change, at, draft, data)
            )
        marks[subject] = mark
    return entries, list(marks.values())


def _is_news(draft: Draft, mark: Mark, now: datetime) -> bool:
    """More than was told, and not so soon."""
    more = mark.percent is None or (draft.percent or 0.0) > mark.percent
    late = mark.progress_at is None or now - mark.progress_at >= PROGRESS_EVERY
    return more and late


def _risen(draft: Draft, mark: Mark, now: datetime) -> tuple[Mapping[str, Any], Mark]:
    """What a draft tells, with a percentage that is none below the one told before."""
    if draft.percent is None:
        return draft.data, mark
    percent = max(draft.percent, mark.percent or 0.0)
    at = now if draft.type in PROGRESS else mark.progress_at
    return {**draft.data, "percent": percent}, replace(mark, percent=percent, progress_at=at)


def _entry(
    user_id: str, sequence: int, change: Change, at: int, draft: Draft, data: Mapping[str, Any]
) -> Entry:
    event = Event(
        event_id=event_id_of(user_id, draft.type, change.subject, padded(change.number), at),
        user_id=user_id,
        sequence=sequence,
        type=draft.type,
        version=VERSIONS[draft.type],
        at=change.at,
        video_id=draft.video_id,
        subject_id=draft.subject_id,
        data=data,
    )
    return Entry(event=event, with_video=draft.type not in OUTLIVING)
