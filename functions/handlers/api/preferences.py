"""/api/preferences"""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from functions import bootstrap
from functions.domain.errors import FieldError
from functions.domain.ports import PreferenceStore
from functions.domain.preferences import Preferences
from functions.domain.times import utc_now
from functions.handlers.api.conditional import accepted, versioned
from functions.handlers.api.models import preferences as models
from functions.handlers.api.request import caller, new_router, settings
from functions.handlers.api.views.extras import named
from functions.handlers.api.views.segmentation import asked, told
from functions.handlers.api.views.transcripts import asked as asked_transcript
from functions.handlers.api.views.transcripts import chosen
from functions.runtime import problem
from functions.services.preferences import change_preferences

router = new_router()
TAGS = ["preferences"]


@router.get(
    "/api/preferences",
    tags=TAGS,
    operation_id="getPreferences",
    summary="How your videos are cut that say nothing else",
)
def get() -> Response[models.PreferencesAnswer]:
    known = _store().get(caller(router).user_id)
    return versioned(router, _view(known), known.version)


@router.put(
    "/api/preferences",
    tags=TAGS,
    operation_id="replacePreferences",
    summary="Set how your videos are cut",
    description="Of uploads that bring no `segmentation`, and of files put into your folder. "
    "With `If-Match`, only at that version: 412 says that it moved on.",
)
def replace(body: models.ReplacePreferences) -> Response[models.PreferencesAnswer]:
    target = body.segmentation.target
    sent = (
        target.model_dump(include={"captions", "captions_from"}, exclude_none=True)
        if target
        else {}
    )
    if sent:
        says = "Captions are of one video."
        raise problem.invalid(
            [
                FieldError(f"/segmentation/target/{name}", "not_of_all", says)
                for name in sorted(sent)
            ]
        )
    changed = change_preferences(
        caller(router),
        asked(body.segmentation, "/segmentation"),
        named(body.extras),
        asked_transcript(body.transcript),
        preferences=_store(),
        now=utc_now(),
        accepted=accepted(router),
    )
    return versioned(router, _view(changed), changed.version)


def _store() -> PreferenceStore:
    return bootstrap.preference_store(settings.preferences_table)


def _view(known: Preferences) -> models.PreferencesAnswer:
    return models.PreferencesAnswer(
        segmentation=told(known.segmentation),
        extras=[extra.value for extra in known.extras],
        transcript=chosen(known.transcription),
        updated_at=known.updated_at,
    )
