"""Logs and metrics. Services log with plain `logging`; the keys of the run are added here."""

from __future__ import annotations

import logging
from typing import Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

NAMESPACE: Final = "Cutroom"

# The service is named by POWERTOOLS_SERVICE_NAME, which holds the stage, too.
logger: Final = Logger()
metrics: Final = Metrics(namespace=NAMESPACE)


def _share_format() -> None:
    """Loggers below `functions` write the same JSON with the same keys."""
    ours = logging.getLogger("functions")
    ours.handlers = list(logger.handlers)
    ours.setLevel(logger.log_level)
    ours.propagate = False


_share_format()


def begin(context: LambdaContext, **keys: str) -> None:
    """Start an invocation's log context: nothing of the one before stays."""
    # The logger's own `clear_state` makes the same state twice, which every request would pay.
    logger.registered_formatter.clear_state()
    logger.append_keys(request_id=context.aws_request_id, function=context.function_name, **keys)


def count(name: str, value: float = 1, unit: MetricUnit = MetricUnit.Count, **dims: str) -> None:
    """One number of our own, with few and steady dimensions; written by `flush`."""
    if not dims:
        metrics.add_metric(name, unit, value)
        return
    # Dimensions hold for all that is written together, so these numbers are written alone.
    flush()
    for key, text in dims.items():
        metrics.add_dimension(key, text)
    metrics.add_metric(name, unit, value)
    flush()


def flush() -> None:
    """Write the metrics as one log line; nothing collected writes nothing."""
    if metrics.metric_set:
        metrics.flush_metrics()
