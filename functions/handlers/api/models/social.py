"""Posts of segments: what is sent."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from functions.domain.posts.post import Platform
from functions.handlers.api.models import segment_examples as examples
from functions.handlers.api.models.common import WHOLE, Body, Moment
from functions.handlers.api.models.examples import shown

MAX_NUMBER = 10**15
Count = Annotated[int, Field(ge=0, le=MAX_NUMBER, strict=True), WHOLE]
PostUrl = Annotated[str, StringConstraints(max_length=500, pattern=r"^[!-~]+$")]
PostId = Annotated[str, StringConstraints(max_length=128, pattern=r"^[A-Za-z0-9_.:-]+$")]


class Metrics(Body):
    """Null, or left out: not known. What is known already then stays."""

    views: Count | None = None
    likes: Count | None = None
    shares: Count | None = None
    comments: Count | None = None


class LinkPost(Body):
    """A post by its id, its address or both, and numbers of it that were collected elsewhere."""

    model_config = shown(examples.LINK)

    platform: Platform
    post_id: PostId | None = Field(
        default=None, description="Needed where the address does not tell it, as short links do not"
    )
    post_url: PostUrl | None = Field(default=None, description="An https address of the platform")
    posted_at: Moment | None = Field(default=None, description="May be corrected later")
    metrics: Metrics = Metrics()
    collected_at: Moment | None = Field(
        default=None, description="Of when the metrics are; now if it is left out"
    )
