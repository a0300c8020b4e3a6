"""What the account may run."""

from __future__ import annotations

import logging

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client

logger = logging.getLogger(__name__)


class LambdaAccount:
    def concurrency(self) -> int | None:
        """None where it cannot be told: then the stage's own setting holds."""
        try:
            limit = client("lambda").get_account_settings()["AccountLimit"]
            return int(limit["UnreservedConcurrentExecutions"])
        except (ClientError, BotoCoreError, KeyError) as error:
            logger.warning("concurrency not known", extra={"kind": type(error).__name__})
            return None
