"""Videos by URL."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from functions.domain.ingests.web_urls import MAX_URL
from functions.handlers.api.models import examples
from functions.handlers.api.models.common import Body, Text
from functions.handlers.api.models.examples import shown
from functions.handlers.api.models.uploads import UploadOptions

# What the check wants, as far as the words of JSON Schema can tell it.
URL_PATTERN: Final = r"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@\\\s]+([/?#][^\\\s]*)?$"


class CreateVideo(Body):
    """The options are those of an upload."""

    model_config = shown(examples.NEW_VIDEO)

    url: str = Field(
        max_length=MAX_URL,
        description="Of the file itself, on the public internet; without user name and password",
        examples=["https://media.example.com/holiday.mp4"],
        json_schema_extra={"pattern": URL_PATTERN},
    )
    file_name: Text | None = Field(
        default=None, max_length=255, description="The last part of the URL's path, if not told"
    )
    title: Text | None = Field(default=None, max_length=200)
    options: UploadOptions = UploadOptions()
