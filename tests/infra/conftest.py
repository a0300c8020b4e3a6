"""Every stage is synthesised once per test process, and only when a test asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.infra.synth import CLOUD, STAGES, Synth, synthesise


@pytest.fixture(scope="session", autouse=True)
def _no_account() -> Iterator[None]:
    """The templates must not depend on whose machine this is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CDK_DEFAULT_ACCOUNT", raising=False)
        patch.delenv("CDK_DEFAULT_REGION", raising=False)
        yield


@pytest.fixture(scope="session", params=STAGES)
def synth(request: pytest.FixtureRequest) -> Synth:
    """Each stage."""
    return synthesise(request.param)


@pytest.fixture(scope="session", params=CLOUD)
def cloud(request: pytest.FixtureRequest) -> Synth:
    """Each stage that runs in a real account."""
    return synthesise(request.param)


@pytest.fixture(scope="session")
def dev() -> Synth:
    return synthesise("dev")


@pytest.fixture(scope="session")
def local() -> Synth:
    return synthesise("local")
