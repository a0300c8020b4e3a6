"""Nodes of the Graph API: posts and videos of Facebook pages, media of Instagram accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from infra.local.simulators.social.graph_errors import CONVERSION, VIEWERS, wrong_metric
from infra.local.simulators.social.wire import Answer
from infra.local.simulators.social.world import Post, World

Query = Mapping[str, str]


class Nodes(Protocol):
    def answer(self, account: str, node: str, edge: str, query: Query) -> Answer | None:
        """None where there is no such node, or it is not the account's."""


# What each metric of a video is counted by; the sets of Reels and of videos have nothing in common.
_REEL: Final = {
    "blue_reels_play_count": "starts",
    "fb_reels_total_plays": "views",
    "fb_reels_replay_count": "replays",
}
_VIDEO: Final = {
    "total_video_views": "views",
    "total_video_complete_views": "completes",
}
_POST: Final = {"post_media_view": "views", "post_total_media_view_unique": "uniques"}


def metric(node: str, edge: str, name: str, value: Any) -> dict[str, Any]:
    return {
        "name": name,
        "period": "lifetime",
        "values": [{"value": value}],
        "title": name.title(),
        "description": name,
        "id": f"{node}/{edge}/{name}/lifetime",
    }


class FacebookNodes:
    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, account: str, node: str, edge: str, query: Query) -> Answer | None:
        post = self._world.find("facebook", node)
        video = next(
            (
                one
                for (name, _), one in self._world.posts.items()
                if name == "facebook" and one.video_id == node and one.state != "gone"
            ),
            None,
        )
        found = post or video
        if found is None or found.owner != account:
            return None
        if edge == "video_insights" and video:
            return self._plays(video, query)
        if edge == "insights" and post:
            return self._insights(post, query)
        if edge:
            return None
        return Answer(200, self._video(found) if video else self._post(found, query))

    def _video(self, post: Post) -> dict[str, Any]:
        short = post.post_id.partition("_")[2]
        link = f"https://www.facebook.com/reel/{post.video_id}/"
        return {"id": post.video_id, "post_id": short, "permalink_url": link}

    def _post(self, post: Post, query: Query) -> dict[str, Any]:
        """`shares` is not there at zero."""
        now, asked = self._world.now(), query.get("fields", "id")
        told: dict[str, Any] = {"id": post.post_id}
        if "shares" in asked and post.count("shares", now):
            told["shares"] = {"count": post.count("shares", now)}
        for name, ours in (("comments", "comments"), ("reactions", "likes")):
            if f"{name}." in asked:
                summary = {"total_count": post.count(ours, now)}
                told[name] = {"data": [], "summary": summary}
        return told

    def _plays(self, post: Post, query: Query) -> Answer:
        known = _REEL if post.kind == "reel" else _VIDEO
        named = [name for name in query.get("metric", "").split(",") if name]
        for at, name in enumerate(named):
            if name not in {*_REEL, *_VIDEO}:
                return wrong_metric(at, tuple(known))
        now = self._world.now()
        rows = [
            metric(post.video_id, "video_insights", name, post.count(ours, now))
            for name, ours in known.items()
            if post.ready and (not named or name in named) and name not in post.hides
        ]
        if post.kind == "reel" and post.ready and not named:
            acts = {"SHARE": post.count("shares", now), "COMMENT": post.count("comments", now)}
            rows.append(metric(post.video_id, "video_insights", "post_video_social_actions", acts))
        return Answer(200, {"data": rows})

    def _insights(self, post: Post, query: Query) -> Answer:
        named = [name for name in query.get("metric", "").split(",") if name]
        known = tuple(name for name in _POST if f"without.{name}" not in self._world.flags)
        for at, name in enumerate(named):
            if name not in known:
                return wrong_metric(at, known)
        now = self._world.now()
        rows = [
            metric(post.post_id, "insights", name, post.count(_POST[name], now)) for name in named
        ]
        return Answer(200, {"data": rows if post.ready else []})


_EVERY: Final = ("views", "reach", "shares", "total_interactions", "reposts")
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "REELS": (*_EVERY, "likes", "comments", "saved", "ig_reels_avg_watch_time"),
    "FEED": (*_EVERY, "likes", "comments", "saved", "follows", "profile_visits"),
    "STORY": (*_EVERY, "follows", "profile_visits", "replies", "navigation"),
}
_COUNTED: Final = {"saved": "saves", "total_interactions": "likes"}


class InstagramNodes:
    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, account: str, node: str, edge: str, query: Query) -> Answer | None:
        if node == account and edge == "media":
            return self._list(account, query)
        post = self._world.find("instagram", node)
        if post is None or post.owner != account:
            return None
        if edge == "insights":
            return self._insights(post, query)
        return None if edge else Answer(200, self._media(post))

    def _media(self, post: Post) -> dict[str, Any]:
        now = self._world.now()
        told = {"id": post.post_id, "media_product_type": post.kind or "REELS"}
        counts = {
            "like_count": post.count("likes", now),
            "comments_count": post.count("comments", now),
        }
        hidden = {"like_count"} if "likes" in post.hides else set()
        return {**told, **{name: n for name, n in counts.items() if name not in hidden}}

    def _insights(self, post: Post, query: Query) -> Answer:
        """One metric that the kind of a medium does not have has all of them refused."""
        if "conversion" in post.hides:
            return CONVERSION
        if "viewers" in post.hides:
            return VIEWERS
        known = tuple(
            name
            for name in _KINDS[post.kind or "REELS"]
            if f"without.{name}" not in self._world.flags
        )
        named = query.get("metric", "").split(",")
        for at, name in enumerate(named):
            if name not in known:
                return wrong_metric(at, known)
        now = self._world.now()
        rows = [
            metric(post.post_id, "insights", name, post.count(_COUNTED.get(name, name), now))
            for name in named
            if name not in post.hides
        ]
        return Answer(200, {"data": rows if post.ready else []})

    def _list(self, account: str, query: Query) -> Answer:
        """Newest first, by pages."""
        mine = [one for one in self._world.posts.values() if one.platform == "instagram"]
        mine = [one for one in mine if one.owner == account and one.state != "gone"]
        mine.sort(key=lambda one: -one.posted_at)
        start = int(query.get("after") or 0)
        size = min(int(query.get("limit", 25)), self._world.limit("graph.page_size", 100))
        rows = [
            {"id": one.post_id, "permalink": f"https://www.instagram.com/reel/{one.code}/"}
            for one in mine[start : start + size]
        ]
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + size)}}
        if start + size < len(mine):
            paging["next"] = "https://graph.facebook.com/next"
        return Answer(200, {"data": rows, "paging": paging})
