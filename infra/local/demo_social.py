"""`make demo-social`: a video's posts on five platforms, followed through two weeks in minutes.

The schedule, the sync and the platforms are the deployed ones; only the platforms' clock, which all
of these go by, is moved on by hand.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from infra.local import session
from infra.local.api_client import ApiClient
from infra.local.curves import draw_curves
from infra.local.deployment import Outputs, client
from infra.local.paths import DEMO_SOCIAL, LOCAL
from infra.local.platforms_beside import Platforms
from infra.local.showing import USER, DemoError, farewell, keep, make_scene, until

LENGTH_S: Final = 24
DAYS: Final = 14
_CUT: Final[Mapping[str, Any]] = {"mode": "fixed", "length_s": 8}
_PLATFORMS: Final = ("youtube", "instagram", "tiktok", "facebook", "x")
# What a post has once it has grown.
_REACH: Final[Mapping[str, int]] = {
    "youtube": 5_200, "instagram": 8_900, "tiktok": 21_000, "facebook": 2_400, "x": 3_300,
}  # fmt: skip
_IDS: Final[Mapping[str, str]] = {
    "youtube": "yt{:09}", "instagram": "17{:015}", "tiktok": "7{:018}", "facebook": "1000_{}",
    "x": "18{:017}",
}  # fmt: skip
_NUMBERS: Final = ("views", "likes", "comments", "shares")


@dataclass
class _Show:
    console: Console
    outputs: Outputs
    api: ApiClient
    platforms: Platforms
    ticks: int = 0
    planner: str = field(init=False)

    def __post_init__(self) -> None:
        functions = client(self.outputs, "lambda")
        pages = functions.get_paginator("list_functions").paginate()
        (self.planner,) = (
            one["FunctionName"]
            for page in pages
            for one in page["Functions"]
            if one["Handler"] == "functions.handlers.plan_social_sync.lambda_handler"
        )

    def tick(self) -> int:
        """As the schedule does every few minutes; how many posts are looked at."""
        reply = client(self.outputs, "lambda").invoke(FunctionName=self.planner, Payload=b"{}")
        if "FunctionError" in reply:
            raise DemoError("the planner failed: see `make logs`")
        self.ticks += 1
        return int(json.load(reply["Payload"])["posts"])


def run_demo_social() -> int:
    """Upload, connect, link, let time pass, show, draw; returns the exit status."""
    console, began = Console(), time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="demo-social-", dir=LOCAL))
    with console.status("Making the scene …"):
        scene = make_scene(folder, LENGTH_S)
    with console.status("Bringing the local cloud up: the real `cdk deploy` of all stacks …"):
        part = session.taking_part()
        outputs = part.__enter__()
    try:
        console.print(f"The cloud is up at {outputs.aws_endpoint_url}, the API deployed.")
        platforms = Platforms(outputs.simulators["social"])
        show = _Show(console, outputs, ApiClient(outputs, USER), platforms)
        with session.one_at_a_time("social.lock"):
            _go_through(show, scene, folder)
        kept = keep(folder, DEMO_SOCIAL)
    finally:
        part.__exit__(None, None, None)
        shutil.rmtree(folder, ignore_errors=True)
    farewell(console, kept, time.monotonic() - began, "growth.png")
    return 0


def _go_through(show: _Show, scene: Path, folder: Path) -> None:
    """The clock is the platforms' own: two demos have one after the other."""
    video_id = show.api.upload(scene, "Followed", segmentation=_CUT)
    with show.console.status("Cutting …"):
        until(lambda: _ready(show.api, video_id), "the video")
    segments = [str(one["segment_id"]) for one in show.api.segments(video_id, "processed")]
    start = datetime.now(UTC) - timedelta(days=DAYS)
    with show.platforms.another_time(start):
        _connect(show)
        show.platforms.calls()
        _link(show, segments, start)
        _pass_days(show, segments, start)
        _tell_calls(show)
    told = show.api.call("GET", f"/api/videos/{video_id}/analytics?days={DAYS + 1}")
    show.console.print(_table(told))
    _tell_best(show, video_id)
    (folder / "analytics.json").write_text(json.dumps(told, indent=2))
    csv = f"/api/videos/{video_id}/analytics?days={DAYS + 1}&format=csv"
    (folder / "analytics.csv").write_bytes(show.api.read(csv))
    draw_curves(told["platforms"], folder / "growth.png")


def _ready(api: ApiClient, video_id: str) -> Any:
    video = api.call("GET", f"/api/videos/{video_id}")
    if video["status"] == "failed":
        raise DemoError(f"{video['error']['code']}: {video['error']['detail']}")
    return video if video["status"] == "ready" else None


def _connect(show: _Show) -> None:
    for platform in _PLATFORMS:
        base = f"/api/social/accounts/{platform}"
        asked = show.api.call("POST", f"{base}/connect")
        back = show.platforms.agree(asked["authorization_url"])
        body = {"code": back["code"], "state": back["state"]}
        account = show.api.call("POST", f"{base}/callback", body)
        show.console.print(
            f"{platform}: connected as [bold]{account['name'] or account['account_id']}[/]"
        )


def _link(show: _Show, segments: Sequence[str], start: datetime) -> None:
    """Each segment a day and a half after the one before, hour by hour on the platforms."""
    posts = list(_posts(segments, start))
    show.platforms.open("posts", posts=[post for _, post in posts])
    for segment_id, post in posts:
        posted_at = datetime.fromtimestamp(post["posted_at"], UTC).isoformat()
        body = {"platform": post["platform"], "post_id": post["post_id"], "posted_at": posted_at}
        show.api.call("POST", f"/api/segments/{segment_id}/social-media", body)
    show.console.print(f"{len(posts)} posts of {len(segments)} segments are linked.")


def _posts(segments: Sequence[str], start: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    mark = int(start.timestamp()) % 10**8
    for at, segment_id in enumerate(segments):
        for hour, platform in enumerate(_PLATFORMS):
            views = _REACH[platform] * (at + 2) // 3
            posted = start + timedelta(days=1.5 * at, hours=hour)
            yield segment_id, {
                "platform": platform,
                "post_id": _IDS[platform].format(mark * 10 + at),
                "owner": "1000",
                "posted_at": posted.timestamp(),
                "counts": {
                    "views": views, "likes": views // 14, "comments": views // 160,
                    "shares": views // 90,
                },
                "grows": True,
            }  # fmt: skip


def _pass_days(show: _Show, segments: Sequence[str], start: datetime) -> None:
    """Every two hours of the first day, then every six."""
    hours = [*range(2, 24, 2), *range(24, DAYS * 24 + 1, 6)]
    with show.console.status("Time passes …") as status:
        for hour in hours:
            moment = start + timedelta(hours=hour)
            show.platforms.go_to(moment)
            looked = show.tick()
            until(partial(_read, show, segments, moment, looked), "a look")
            status.update(f"Day {hour // 24 + 1}, {hour % 24:02}:00: {looked} posts were looked at")


def _read(show: _Show, segments: Sequence[str], moment: datetime, due: int) -> bool | None:
    """Whether all that were due have been read, and each that is posted has been once."""
    usages = (show.api.call("GET", f"/api/segments/{one}") for one in segments)
    posts = [post for one in usages for post in one["social_media_usage"]]
    synced = [at for post in posts if (at := _time(post["last_synced"]))]
    new = [post for post in posts if not post["last_synced"] and _time(post["posted_at"]) < moment]
    if new:
        # Whoever follows segments may not have told of it yet.
        show.tick()
    return True if sum(at >= moment for at in synced) >= due and not new else None


def _time(text: str | None) -> Any:
    return text and datetime.fromisoformat(text)


def _tell_calls(show: _Show) -> None:
    calls = show.platforms.calls()
    looks = ", ".join(f"{calls[name, True]} of {name}" for name in _PLATFORMS)
    other = sum(count for (_, asks), count in calls.items() if not asks)
    show.console.print(
        f"{DAYS} days in {show.ticks} ticks. Calls for posts: {looks}; and {other} for tokens, "
        "which live for an hour or two."
    )


def _table(told: Mapping[str, Any]) -> Table:
    table = Table(title=f"The video's posts after {DAYS} days (– is not told by the platform)")
    table.add_column("platform")
    for name in ("posts", *_NUMBERS, "engagement"):
        table.add_column(name, justify="right")
    rows = [*told["platforms"], {**told["totals"], "platform": "all together"}]
    for row in rows:
        rate = row["engagement_rate"]
        table.add_row(
            row["platform"],
            str(row["posts"]),
            *(_number(row[name]["total"]) for name in _NUMBERS),
            "–" if rate is None else f"{100 * rate:.1f} %",
        )
    apart = ", ".join(told["apart"])
    if apart:
        table.caption = f"“all together” is without {apart}, as its terms ask."
    return table


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _tell_best(show: _Show, video_id: str) -> None:
    page = show.api.call("GET", f"/api/social/posts?video_id={video_id}&sort_by=views&limit=1")
    (best,) = page["items"]
    views = _number(best["post"]["views"])
    show.console.print(f"The best post: [bold]{best['post']['platform']}[/] with {views} views.")
