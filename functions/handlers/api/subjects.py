"""Which videos an answer tells of, so that it goes with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

from functions import bootstrap
from functions.domain.deletions.deletion import deletion_id_of
from functions.handlers.api.request import deletion_store, settings
from functions.runtime.idempotency import Subjects


def subjects_of(user_id: str, asked_for: Callable[[], Collection[str]]) -> Subjects:
    """Of the answers to one of a user's requests; `asked_for` are the videos of which it was."""

    def remember(videos: Collection[str], record: str, until: int) -> None:
        answers = bootstrap.kept_answers(settings.deletions_table)
        answers.remember(user_id, videos, record, until)

    def gone(videos: Collection[str]) -> bool:
        receipts = (deletion_store().get(user_id, deletion_id_of(one)) for one in videos)
        return any(receipt is not None for receipt in receipts)

    return Subjects(of=lambda answer: {*asked_for(), *_named(answer)}, remember=remember, gone=gone)


def _named(answer: dict[str, Any]) -> set[str]:
    """The video that an answer itself names: one that was made by it was asked for by no id."""
    body = json.loads(answer.get("body") or "null")
    named = body.get("video_id") if isinstance(body, dict) else None
    return {named} if isinstance(named, str) else set()
