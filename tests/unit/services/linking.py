"""Linking posts to one segment, in one word."""

from __future__ import annotations

from datetime import datetime, timedelta

from functions.domain.posts.post import Platform
from functions.services.posts.link_post import Linked, PostNews, link_post
from tests.builders import make_caller, make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.world import World

DAY = timedelta(days=1)
SEGMENT = make_segment().segment_id
TIKTOK = PostNews(platform=Platform.TIKTOK, post_id="7")
REEL = "https://www.instagram.com/reel/CxYz-12_abc/"


def link(world: World, news: PostNews, at: datetime = EPOCH, **more: object) -> Linked:
    arguments = {"segments": world.segments, "now": at, "with_youtube": False, **more}
    return link_post(make_caller(), SEGMENT, news, **arguments)
