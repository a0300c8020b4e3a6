"""Where every deletion ends whose execution has ended badly: its receipt says what went wrong."""

from __future__ import annotations

from functions.domain.deletions.deletion import Deletion, DeletionState, deletion_id_of
from functions.domain.deletions.ports import DeletionStore
from functions.domain.failure import Failure

INTERNAL = Failure(
    code="deletion.internal",
    detail="Something of ours failed. What is left is shown to nobody; delete the video again to "
    "have it removed.",
    stage="deletion",
)


def fail_deletion(
    deletions: DeletionStore, *, user_id: str, video_id: str, execution: str
) -> Deletion | None:
    """Write `failed`, and return the receipt as it is then; None if there is none: the video was
    never marked, and is as it was. What has ended stays as it is, and what another execution works
    on."""
    deletion = deletions.get(user_id, deletion_id_of(video_id))
    if deletion is None or deletion.state is not DeletionState.DELETING:
        return deletion
    if deletion.execution != execution:
        return deletion
    deletions.fail(deletion, INTERNAL)
    return deletions.get(user_id, deletion.deletion_id)
