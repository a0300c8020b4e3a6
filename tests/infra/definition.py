"""The state machines' definitions, and the ways through them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.infra.synth import Synth

State = dict[str, Any]

PIPELINE = "VideoPipeline"
RANGES = "RangeCut"
MOMENTS = "MomentSearch"
INGEST = "Ingest"
DELETION = "VideoDeletion"
LIPSYNC = "LipSync"
SYNC = "SocialSync"
MACHINES = (PIPELINE, RANGES, MOMENTS, INGEST, DELETION, LIPSYNC, SYNC)


@dataclass(frozen=True)
class Flow:
    """The states of one level: the machine's own, or those inside of a Map or a branch."""

    name: str
    start: str
    states: dict[str, State]

    def following(self, name: str) -> set[str]:
        """Where a state leads, caught errors left aside."""
        state = self.states[name]
        steps = [state.get("Next"), state.get("Default")]
        steps += [choice["Next"] for choice in state.get("Choices", [])]
        return {step for step in steps if step}

    def caught(self, name: str) -> set[str]:
        return {catch["Next"] for catch in self.states[name].get("Catch", [])}

    def reach(self, *starts: str, errors: bool) -> set[str]:
        """All states on any way from some, these included."""
        seen: set[str] = set()
        waiting = list(starts)
        while waiting:
            at = waiting.pop()
            if at not in seen:
                seen.add(at)
                waiting += self.following(at) | (self.caught(at) if errors else set())
        return seen

    def ends(self, *starts: str) -> set[str]:
        """Types of the states where ways from some come to an end."""
        reached = self.reach(*starts, errors=True)
        return {self.states[name]["Type"] for name in reached if not self.following(name)}


def resource(synth: Synth, machine: str) -> tuple[str, dict[str, Any]]:
    """The id and the properties of a machine."""
    machines = synth.of("StepFunctions::StateMachine").items()
    (found,) = ((name, it) for name, it in machines if name.startswith(f"{machine}Machine"))
    return found


def read(synth: Synth, machine: str) -> dict[str, Any]:
    """The definition with references shown by name."""
    _, properties = resource(synth, machine)
    return json.loads(synth.show(properties["DefinitionString"]))


def lintable(synth: Synth, machine: str) -> dict[str, Any]:
    """The definition as AWS would get it: with ARNs that look like ARNs. A Map's `MaxConcurrency`
    and the `Seconds` of a Wait may be expressions, which statelint does not know."""
    text = json.dumps(read(synth, machine)).replace("<AWS::Partition>", "aws")
    for name in synth.of("Lambda::Function"):
        arn = f"arn:aws:lambda:eu-west-1:111122223333:function:{name}"
        text = text.replace(f"<{name}.Arn>", arn)
    text = text.replace('"MaxConcurrency": "{% $at_once %}"', '"MaxConcurrency": 40')
    text = text.replace('"Seconds": "{% $states.input.wait_s %}"', '"Seconds": 60')
    for bucket in synth.of("S3::Bucket"):
        text = text.replace(f"<{bucket}>", "a-bucket")
    # A reader of JSON has it, whatever statelint says.
    text = text.replace('"ReaderConfig": {"InputType": "JSON"}', '"ReaderConfig": {}')
    assert "<" not in text, text
    return json.loads(text)


def flows(definition: dict[str, Any]) -> list[Flow]:
    return list(_flows("machine", definition))


def _flows(name: str, definition: dict[str, Any]) -> Iterator[Flow]:
    yield Flow(name, definition["StartAt"], definition["States"])
    for inner, state in definition["States"].items():
        if "ItemProcessor" in state:
            yield from _flows(inner, state["ItemProcessor"])
        for branch in state.get("Branches", []):
            yield from _flows(inner, branch)


def maps(definition: dict[str, Any]) -> dict[str, State]:
    """All Maps, wherever they are."""
    return {
        name: state
        for flow in flows(definition)
        for name, state in flow.states.items()
        if state["Type"] == "Map"
    }


def tasks(definition: dict[str, Any]) -> dict[str, State]:
    return {
        name: state
        for flow in flows(definition)
        for name, state in flow.states.items()
        if state["Type"] == "Task"
    }
