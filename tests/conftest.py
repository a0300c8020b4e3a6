"""What all kinds of tests share."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from tests.environment import FUNCTION_ENVIRONMENT

# Read when logs and metrics are first imported, which may be by any kind of test.
os.environ["POWERTOOLS_SERVICE_NAME"] = FUNCTION_ENVIRONMENT["POWERTOOLS_SERVICE_NAME"]

# No deadline: a busy machine is no failure. No database: a run leaves nothing behind.
settings.register_profile("cutroom", deadline=None, database=None, max_examples=100)
settings.load_profile("cutroom")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest begins first: at the end there would be nothing to do beside it."""
    items.sort(key=lambda item: "test_document_holds" not in item.nodeid)
