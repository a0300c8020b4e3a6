"""The real `cdk deploy` of all stacks, aimed at the local cloud, and what came of it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from infra.local.emulator import ACCOUNT, CREDENTIALS, REGION, Emulator
from infra.local.paths import BIN, CDK, LOCAL, ROOT
from infra.local.ports import sources_port_of
from infra.local.simulators.running import ensure_simulators
from infra.local.users import LocalUser, ensure_users

ASSETS = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"


class DeployError(Exception):
    """`cdk deploy` failed; the message holds what it printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Where everything is, for people and tests."""

    aws_endpoint_url: str
    region: str
    api_url: str
    api_id: str
    media_bucket: str
    user_pool_id: str
    user_pool_client_id: str
    state_machine_arn: str
    upload_queue_url: str
    upload_dead_letters_url: str
    find_orphans_name: str
    # Where events are followed, and the bus that other applications hang on.
    socket_url: str
    event_bus: str
    # Where a source of URLs can be put, and where outside services are stood in for, by name.
    sources_port: int
    simulators: dict[str, str] = field(default_factory=dict)
    users: list[LocalUser]

    def user(self, name: str) -> LocalUser:
        """A ready user by name. Raises KeyError naming those there are."""
        for user in self.users:
            if user.username == name:
                return user
        raise KeyError(f"no user {name!r}: use one of {', '.join(u.username for u in self.users)}")


def client(outputs: Outputs | Emulator, service: Any, *, read_timeout: float = 60) -> Any:
    """A client of the local cloud with its root credentials."""
    endpoint = outputs.endpoint if isinstance(outputs, Emulator) else outputs.aws_endpoint_url
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(signature_version="s3v4", read_timeout=read_timeout)
        if service == "s3"
        else Config(read_timeout=read_timeout),
    )


def deploy(emulator: Emulator, target: Path = LOCAL / "outputs.json") -> Outputs:
    """Deploy, make the ready users, and write `target`."""
    _ensure_asset_bucket(emulator)
    printed = target.with_suffix(".cdk.json")
    printed.parent.mkdir(parents=True, exist_ok=True)
    simulators = ensure_simulators(Path(emulator.home), emulator.environment())
    _cdk(emulator, printed, simulators)
    stacks = json.loads(printed.read_text())
    values = {k: v for stack in stacks.values() for k, v in stack.items()}
    _open_to_browsers(emulator, values["ApiId"])
    outputs = Outputs(
        aws_endpoint_url=emulator.endpoint,
        region=REGION,
        api_url=f"{emulator.endpoint}/_aws/execute-api/{values['ApiId']}/$default",
        api_id=values["ApiId"],
        media_bucket=values["MediaBucket"],
        user_pool_id=values["UserPoolId"],
        user_pool_client_id=values["UserPoolClientId"],
        state_machine_arn=values["StateMachineArn"],
        upload_queue_url=values["UploadQueueUrl"],
        find_orphans_name=values["FindOrphansName"],
        socket_url=f"ws{emulator.endpoint.removeprefix('http')}"
        f"/_aws/execute-api/{values['SocketApiId']}/live",
        event_bus=values["EventBusName"],
        upload_dead_letters_url=values["UploadDeadLettersUrl"],
        simulators=simulators,
        sources_port=sources_port_of(Path(emulator.home)),
        users=ensure_users(client(emulator, "cognito-idp"), values["UserPoolId"]),
    )
    target.write_text(json.dumps(asdict(outputs), indent=2) + "\n")
    return outputs


def read_outputs(path: Path = LOCAL / "outputs.json") -> Outputs:
    """What the last deploy wrote."""
    values = json.loads(path.read_text())
    users = [LocalUser(**user) for user in values.pop("users")]
    return Outputs(**values, users=users)


def _ensure_asset_bucket(emulator: Emulator) -> None:
    """All that the CLI needs of a bootstrap when it works with its own credentials."""
    s3 = client(emulator, "s3")
    if ASSETS not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=ASSETS)


def _cdk(emulator: Emulator, printed: Path, simulators: Mapping[str, str]) -> None:
    environment = emulator.environment()
    environment["PATH"] = f"{BIN}{os.pathsep}{environment['PATH']}"
    words = ["deploy", "--all", "--outputs-file", str(printed)]
    told = {"stage": "local", "sources": str(sources_port_of(Path(emulator.home)))}
    # Where the simulator of Sync.so reaches the deployed API.
    told["api_base"] = emulator.endpoint
    told |= {f"{name}_endpoint": url for name, url in simulators.items()}
    words += [word for name, text in told.items() for word in ("--context", f"{name}={text}")]
    quiet = ["--require-approval", "never", "--ci", "--no-notices", "--progress", "events"]
    out = ["--output", str(Path(emulator.home) / "cdk.out")]
    done = subprocess.run(
        [str(CDK), *words, *quiet, *out],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DeployError((done.stdout + done.stderr)[-4000:])


def _open_to_browsers(emulator: Emulator, api_id: str) -> None:
    """The local cloud passes over the template's CORS rules but honours the same by call."""
    assembly = Path(emulator.home) / "cdk.out"
    for template in assembly.glob("*.template.json"):
        for resource in json.loads(template.read_text())["Resources"].values():
            rules = resource.get("Properties", {}).get("CorsConfiguration")
            if resource["Type"] == "AWS::ApiGatewayV2::Api" and rules:
                client(emulator, "apigatewayv2").update_api(ApiId=api_id, CorsConfiguration=rules)
