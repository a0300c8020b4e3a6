"""What the API leaves alone until it is asked for, since every start would pay for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.environment import FAKE_AWS, FUNCTION_ENVIRONMENT

ROOT = Path(__file__).parents[2]
PRINT_MODULES = "import json, sys, functions.handlers.api.app; print(json.dumps(list(sys.modules)))"


@cache
def _modules() -> frozenset[str]:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-c", PRINT_MODULES],
        cwd=ROOT,
        env={**clean, **FUNCTION_ENVIRONMENT, **FAKE_AWS},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return frozenset(json.loads(done.stdout))


@pytest.mark.parametrize(
    "module",
    [
        "aws_lambda_powertools.event_handler.openapi.models",
        "aws_lambda_powertools.event_handler.openapi.swagger_ui",
        "aws_lambda_powertools.event_handler.openapi.schema_generator",
        "aws_lambda_powertools.utilities.idempotency",
        "functions.handlers.api.openapi",
        "functions.runtime.idempotency",
    ],
)
def test_given_a_fresh_container_when_the_api_is_ready_then_what_is_rarely_used_is_not_loaded(
    module: str,
):
    assert "functions.handlers.api.app" in _modules()
    assert module not in _modules()
