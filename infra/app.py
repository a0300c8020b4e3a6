"""The CDK app: three stacks of one stage, tagged and checked. It makes no AWS call.

The stage comes from the context: `cdk deploy --all --context stage=dev`; so does the port of the
one machine's own sources of URLs.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from aws_cdk import App, CliCredentialsStackSynthesizer, Environment, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from infra.settings import StageSettings
from infra.stacks.data_stack import DataStack
from infra.stacks.service_stack import ServiceStack
from infra.stacks.watch_stack import WatchStack
from infra.stages import stage_settings, with_local_sources

SERVICE = "cutroom"
_ADDRESSES = (
    "transcribe_endpoint", "bedrock_endpoint", "sync_so_endpoint", "rekognition_endpoint",
    "api_base", "social_endpoint",
)  # fmt: skip


def build(app: App, settings: StageSettings) -> tuple[DataStack, ServiceStack, WatchStack]:
    """All stacks under an app."""
    name = f"Cutroom-{settings.stage}"
    data = DataStack(app, f"{name}-data", settings, **_options(settings))
    service = ServiceStack(app, f"{name}-service", settings, data=data, **_options(settings))
    watch = WatchStack(
        app, f"{name}-watch", settings, watched=service.watched, **_options(settings)
    )
    for key, value in {"service": SERVICE, "stage": settings.stage}.items():
        Tags.of(app).add(key, value)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return data, service, watch


def _options(settings: StageSettings) -> dict[str, object]:
    """The local cloud knows no bootstrap roles; a real account is found by the CLI."""
    if settings.local:
        return {
            "synthesizer": CliCredentialsStackSynthesizer(),
            "env": Environment(account="000000000000", region="us-east-1"),
        }
    account, region = os.environ.get("CDK_DEFAULT_ACCOUNT"), os.environ.get("CDK_DEFAULT_REGION")
    return {"env": Environment(account=account, region=region)}


def _addresses(app: App) -> dict[str, Any]:
    """Where outside services are stood in for, as whoever deploys to one machine knows."""
    named = {name: app.node.try_get_context(name) for name in _ADDRESSES}
    return {name: str(address) for name, address in named.items() if address}


def main() -> None:
    app = App()
    settings = stage_settings(app.node.try_get_context("stage") or "dev")
    settings = replace(settings, **_addresses(app))
    sources = app.node.try_get_context("sources")
    build(app, with_local_sources(settings, int(sources)) if sources else settings)
    app.synth()


if __name__ == "__main__":
    main()
