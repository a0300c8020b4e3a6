"""Objects that appear in the bucket by other ways than the API."""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeDeserializer
from boto3.s3.transfer import TransferConfig

from tests.e2e.outcome import EACH_TWO_SECONDS
from tests.events.build import object_created
from tests.media import odd
from tests.support.cloud import PATIENCE_S, Cloud
