"""What all work on the media bucket shares: its name, and how its failures are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import unavailable

ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound", "NoSuchUpload"})


class S3Bucket:
    def __init__(self, bucket: str) -> None:
        self._bucket = bucket


@contextmanager
def translated() -> Iterator[None]:
    """Raises UnavailableError for all that goes wrong."""
    try:
        yield
    except (ClientError, BotoCoreError, Boto3Error) as error:
        raise unavailable("The media bucket", error) from error
