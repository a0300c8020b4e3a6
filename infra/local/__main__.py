"""`python -m infra.local COMMAND`: what the Makefile's local targets call."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from infra.local import orphans, session
from infra.local.deployment import DeployError, Outputs, client
from infra.local.emulator import EmulatorError
from infra.local.paths import LOCAL
from infra.local.ports import PortError
from infra.local.simulators.running import SimulatorError
from infra.local.users import token


def _start(_: argparse.Namespace) -> None:
    outputs = session.keep_up()
    print(_where(outputs))


def _where(outputs: Outputs) -> str:
    users = ", ".join(f"{user.username} ({user.tier})" for user in outputs.users)
    return "\n".join([
        "The local cloud is up.",
        f"  API          {outputs.api_url}",
        f"  Docs         {outputs.api_url}/docs",
        f"  AWS endpoint {outputs.aws_endpoint_url}",
        f"  Bucket       {outputs.media_bucket}",
        f"  Users        {users}",
        f"  All of it    {(LOCAL / 'outputs.json').relative_to(Path.cwd())}",
        "Try:",
        # In single quotes: the stage's name begins with a dollar.
        '  curl -H "Authorization: Bearer $(make -s token USER=pro)" \\',
        f"    '{outputs.api_url}/api/videos'",
        "Stop it with `make local-stop`; it saves its data only then.",
    ])  # fmt: skip


def _stop(_: argparse.Namespace) -> None:
    print("Stopped; its data is kept." if session.shut_down() else "No local cloud was up.")


def _token(arguments: argparse.Namespace) -> None:
    outputs = session.require_up()
    try:
        user = outputs.user(arguments.user)
    except KeyError as error:
        raise SystemExit(str(error.args[0])) from error
    print(token(client(outputs, "cognito-idp"), outputs.user_pool_client_id, user))


def _logs(arguments: argparse.Namespace) -> None:
    """The functions' own JSON lines, oldest first."""
    outputs = session.require_up()
    logs = client(outputs, "logs")
    lines: list[tuple[int, str]] = []
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            events = logs.filter_log_events(logGroupName=group["logGroupName"], limit=10_000)
            lines += [
                (event["timestamp"], event["message"])
                for event in events["events"]
                if event["message"].startswith("{")
            ]
    for _, message in sorted(lines)[-arguments.lines :]:
        print(message.rstrip())


def _orphans(arguments: argparse.Namespace) -> None:
    print(orphans.find(session.require_up(), arguments.grace_hours))


def _demo(arguments: argparse.Namespace) -> None:
    # Here, since rich and Pillow are only for this.
    from infra.local.demo import run_demo  # noqa: PLC0415

    video = Path(arguments.video) if arguments.video else None
    _shown(lambda: run_demo(video))


def _demo_moments(_: argparse.Namespace) -> None:
    from infra.local.demo_moments import run_demo_moments  # noqa: PLC0415

    _shown(run_demo_moments)


def _demo_lipsync(_: argparse.Namespace) -> None:
    from infra.local.demo_lipsync import run_demo_lipsync  # noqa: PLC0415

    _shown(run_demo_lipsync)


def _demo_social(_: argparse.Namespace) -> None:
    from infra.local.demo_social import run_demo_social  # noqa: PLC0415

    _shown(run_demo_social)


def _shown(demo: Callable[[], int]) -> NoReturn:
    from infra.local.api_client import ApiError  # noqa: PLC0415
    from infra.local.showing import DemoError  # noqa: PLC0415

    try:
        sys.exit(demo())
    except (ApiError, DemoError) as error:
        raise SystemExit(str(error)) from error


COMMANDS: Mapping[str, Callable[[argparse.Namespace], None]] = {
    "start": _start,
    "stop": _stop,
    "token": _token,
    "logs": _logs,
    "demo": _demo,
    "demo-moments": _demo_moments,
    "orphans": _orphans,
    "demo-lipsync": _demo_lipsync,
    "demo-social": _demo_social,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="infra.local")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--user", default="pro")
    parser.add_argument("--lines", type=int, default=200)
    parser.add_argument("--video", default="")
    parser.add_argument("--grace-hours", type=int, default=24)
    arguments = parser.parse_args()
    try:
        COMMANDS[arguments.command](arguments)
    except (PortError, EmulatorError, SimulatorError, DeployError) as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
