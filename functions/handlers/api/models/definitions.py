"""What the numbers of analytics mean, to go with them wherever they go."""

from __future__ import annotations

from pydantic import BaseModel


class Definitions(BaseModel):
    """What the numbers mean."""

    engagement_rate: str = (
        "(likes + shares + comments) / views, over those posts of which all of these are known and "
        "views are not 0; what a platform never tells is left out of the sum. Of all time, not of "
        "the period. 0.05 is 5 %."
    )
    period_engagement_rate: str = (
        "(likes + shares + comments gained) / views gained in the period, over those platforms of "
        "which all of these are known and views gained are not 0."
    )
    period_engagement_rate_before: str = "The same of the period before."
    total: str = (
        "The sum over those posts of which the number is known; known_posts counts them. Of a "
        "figure it is as of now, of a point of the series at the end of its day or hour."
    )
    known_posts: str = "How many posts the number is known of."
    gained: str = (
        "What the number grew by on the period's days. A growth counts on the day it was told; "
        "what a post had when it was first told counts on the day it was posted, if that is known. "
        "By hour, a growth counts in the hour it was told, a first number too. Never negative."
    )
    lost: str = (
        "What the number fell by, where a platform took some of it back or counted anew; never in "
        "gained. A number that falls and comes back is in both. total is gained less lost, over "
        "all time."
    )
    gained_before: str = "gained, of as many days just before the period."
    lost_before: str = "lost, of as many days just before the period."
    change: str = "gained - gained_before, the gain of as many days just before the period."
    change_rate: str = "change / gained_before; null unless gained_before is above 0."
    null: str = (
        "Not known, which is not 0. A gain is null if the number was not known by the end of its "
        "period, or if nothing was told since its period began."
    )
    state: str = (
        "ok: the last reading of a post at least told it; else error: the last reading failed, an "
        "older value may be known; else not_yet: nobody has told it so far; else unsupported: the "
        "platform does not tell it."
    )
    states: str = (
        "Posts by the state of their number. After an error the value that was known stays."
    )
    totals: str = (
        "Over all platforms but those in apart, and over those of which the number is known."
    )
    series: str = (
        "A point for each day in UTC, or for each hour, by its start: what was gained and lost, "
        "and the total at its end."
    )
    apart: str = (
        "Platforms that are listed, but whose numbers are put together with no others: in no "
        "total, in no rate and in no ranking."
    )
    last_synced: str = "When the newest number was told."
    oldest_sync: str = "When the platform that has waited longest was last told of."


class PostDefinitions(BaseModel):
    """What the numbers of a list of posts mean."""

    views: str = "As the platform counts them, as of `as_of`; X counts impressions."
    engagement_rate: str = (
        "(likes + shares + comments) / views; null while one that the platform tells is unknown, "
        "without views, and for platforms whose terms keep our rates off. 0.05 is 5 %."
    )
    null: str = "Not known, which is not 0; `states` says why."
    states: str = (
        "ok; unsupported: the platform does not tell it; not_yet: nobody has told it so far; "
        "error: the last reading failed, an older value stays."
    )
    ranking: str = (
        "Posts of which the number that sorts them is known. Platforms in `apart` are ranked with "
        "no others."
    )


class BestTimeDefinitions(BaseModel):
    """What the numbers about times mean."""

    index: str = (
        "The median of its posts' indexes. A post's index is its number divided by the median of "
        "your posts on the same platform in the period: 1 is your usual, 1.5 half as much again."
    )
    posts: str = "How many posts it rests on."
    best: str = (
        "Up to 3 times with 3 posts at the least and an index above 1, the best first. Empty if "
        "there is none, or unless `enough`."
    )
    enough: str = "Whether there are 20 posts at the least; of fewer nothing is said."
    weekday: str = "1 is Monday, 7 is Sunday, where the time zone is."
    hour: str = "0 to 23, by the clock of the time zone on the day of the post, summer time heeded."
    number: str = (
        "As it is now, of posts that are 3 days old at the least; older posts have had longer to "
        "grow, so engagement_rate compares better than views."
    )
    left_out: str = (
        "Posts that do not count: too_young: not yet 3 days old; number_unknown; platform_apart: "
        "its terms keep our numbers off; few_on_platform: not 5 posts there, or half of them 0."
    )
    whole: str = "False: of the period only the newest 5,000 posts were looked at."


class AllDefinitions(BaseModel):
    """What all numbers mean: what the columns of tables are called, too."""

    analytics: Definitions = Definitions()
    posts: PostDefinitions = PostDefinitions()
    best_times: BestTimeDefinitions = BestTimeDefinitions()
