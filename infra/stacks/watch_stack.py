"""Who looks after the rest: alarms and the dashboard, apart because a stack has 500 resources."""

from __future__ import annotations

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from infra.constructs.monitoring import Monitoring, Watched
from infra.settings import StageSettings


class WatchStack(Stack):
    def __init__(
        self,
        scope: Construct,
        name: str,
        settings: StageSettings,
        *,
        watched: Watched,
        **options: Any,
    ) -> None:
        super().__init__(scope, name, **options)
        Monitoring(self, "Monitoring", settings, watched)
