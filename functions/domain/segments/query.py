"""What a list of segments is asked for: filters, and one of the sort orders."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from functions.domain.posts.post import Platform
from functions.domain.segments.segment import Segment, SegmentType
from functions.domain.times import Milliseconds

_WORD = re.compile(r"\w+")


class SortBy(StrEnum):
    CREATED_AT = "created_at"
    DURATION = "duration"
    FILE_SIZE = "file_size"
    TITLE = "title"
    VIEWS = "views"
    ENGAGEMENT_RATE = "engagement_rate"


class SortOrder(StrEnum):
    ASC = "asc"
    DESC = "desc"


class TagMatch(StrEnum):
    ANY = "any"
    ALL = "all"


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, whatever the case and however its letters are composed."""
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentQuery:
    """One user's segments. A filter that is None or empty lets everything pass.

    `created_after` and the durations include their bounds, `created_before` does not. Each of
    `words` must begin a word of the title, the description or a tag.
    """

    user_id: str
    sort_by: SortBy = SortBy.CREATED_AT
    descending: bool = True
    segment_type: SegmentType | None = None
    video_id: str | None = None
    min_duration: Milliseconds | None = None
    max_duration: Milliseconds | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    tags: tuple[str, ...] = ()
    all_tags: bool = False
    has_social_media: bool | None = None
    platform: Platform | None = None
    words: tuple[str, ...] = ()

    @property
    def filtered(self) -> bool:
        """Whether rows can be passed over."""
        return self != SegmentQuery(
            user_id=self.user_id, sort_by=self.sort_by, descending=self.descending
        )

    @property
    def lasting(self) -> bool:
        """Whether it asks for a duration: what has none is passed over."""
        return self.min_duration is not None or self.max_duration is not None

    def matches(self, segment: Segment) -> bool:
        return segment.user_id == self.user_id and all(self._checks(segment))

    def _checks(self, segment: Segment) -> Iterator[bool]:
        yield self.segment_type in {None, segment.segment_type}
        yield self.video_id in {None, segment.video_id}
        yield self._lasts(segment.duration)
        yield self.created_after is None or segment.created_at >= self.created_after
        yield self.created_before is None or segment.created_at < self.created_before
        posts = segment.social_media_usage
        yield self.has_social_media in {None, bool(posts)}
        yield self.platform is None or any(post.platform is self.platform for post in posts)
        yield not self.tags or self._tagged(segment)
        yield not self.words or self._worded(segment)

    def _lasts(self, duration: Milliseconds | None) -> bool:
        if duration is None or not self.lasting:
            return not self.lasting
        low, high = self.min_duration or 0, self.max_duration
        return duration >= low and (high is None or duration <= high)

    def _tagged(self, segment: Segment) -> bool:
        have = {tag.casefold() for tag in segment.tags}
        wanted = {tag.casefold() for tag in self.tags}
        return wanted <= have if self.all_tags else bool(wanted & have)

    def _worded(self, segment: Segment) -> bool:
        text = " ".join((segment.title or "", segment.description or "", *segment.tags))
        have = words_of(text)
        return all(any(word.startswith(begin) for word in have) for begin in self.words)
