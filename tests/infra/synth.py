"""All stacks of a stage as templates, and the few questions that tests ask of them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any

from aws_cdk import App
from aws_cdk.assertions import Template

from infra.app import build
from infra.settings import StageSettings
from infra.stages import stage_settings

STAGES = ("dev", "prod", "local")
CLOUD = ("dev", "prod")
Resources = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Synth:
    """What a stage deploys. References are shown as `<id>` and `<id.Attribute>`."""

    settings: StageSettings
    data: dict[str, Any] = field(repr=False)
    service: dict[str, Any] = field(repr=False)
    watch: dict[str, Any] = field(repr=False)

    @property
    def stacks(self) -> tuple[dict[str, Any], ...]:
        return self.data, self.service, self.watch

    @functools.cached_property
    def resources(self) -> Resources:
        every = [stack["Resources"] for stack in self.stacks]
        assert sum(map(len, every)) == len(set().union(*every))
        return {name: one for stack in every for name, one in stack.items()}

    def of(self, *kinds: str) -> dict[str, dict[str, Any]]:
        """id -> properties of all resources of some types, such as `Lambda::Function`."""
        wanted = {f"AWS::{kind}" for kind in kinds}
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] in wanted
        }

    def one(self, kind: str) -> dict[str, Any]:
        (only,) = self.of(kind).values()
        return only

    @functools.cached_property
    def _exports(self) -> dict[str, Any]:
        return {
            output["Export"]["Name"]: output["Value"]
            for stack in self.stacks
            for output in stack.get("Outputs", {}).values()
            if "Export" in output
        }

    def show(self, value: Any) -> str:
        """A value as text, references by name, those between the stacks followed."""
        match value:
            case {"Ref": name}:
                return f"<{name}>"
            case {"Fn::GetAtt": [name, attribute]}:
                return f"<{name}.{attribute}>"
            case {"Fn::ImportValue": name}:
                return self.show(self._exports[name])
            case {"Fn::Join": [between, parts]}:
                return str(between).join(self.show(part) for part in parts)
            case dict():
                return self._called(value)
        return str(value)

    def _called(self, value: dict[str, Any]) -> str:
        """A function of the template's language."""
        match value:
            case {"Fn::Select": [at, {"Fn::Split": [between, whole]}]}:
                return f"{self.show(whole)}[{between}{at}]"
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([^}]+)\}", r"<\1>", text)
        raise AssertionError(f"a reference that no test knows yet: {value}")

    def functions(self) -> dict[str, dict[str, Any]]:
        """module below functions.handlers -> properties"""
        found = {}
        for properties in self.of("Lambda::Function").values():
            match = re.fullmatch(
                r"functions\.handlers\.([\w.]+)\.lambda_handler", properties["Handler"]
            )
            assert match, properties["Handler"]
            assert match[1] not in found, f"two functions of one handler: {match[1]}"
            found[match[1]] = properties
        return found

    def name(self, handler: str) -> str:
        """The id of a handler's function."""
        wanted = self.functions()[handler]
        functions = self.of("Lambda::Function").items()
        return next(name for name, properties in functions if properties is wanted)

    def mapping(self, handler: str) -> dict[str, Any]:
        """What feeds a handler's function."""
        (found,) = (
            mapping
            for mapping in self.of("Lambda::EventSourceMapping").values()
            if self.show(mapping["FunctionName"]) == f"<{self.name(handler)}>"
        )
        return found

    def table(self, name: str) -> str:
        """The id of a table."""
        (found,) = (it for it in self.of("DynamoDB::GlobalTable") if it.startswith(f"Tables{name}"))
        return found

    def dead_letters(self) -> set[str]:
        """The ids of all queues for what could not be done: from queues, rules and streams."""
        targets = [
            *(it["RedrivePolicy"]["deadLetterTargetArn"]
              for it in self.of("SQS::Queue").values() if "RedrivePolicy" in it),
            *(target["DeadLetterConfig"]["Arn"]
              for rule in self.of("Events::Rule").values()
              for target in rule["Targets"] if "DeadLetterConfig" in target),
            *(mapping["DestinationConfig"]["OnFailure"]["Destination"]
              for mapping in self.of("Lambda::EventSourceMapping").values()
              if "DestinationConfig" in mapping),
        ]  # fmt: skip
        return {self.show(target).strip("<>").removesuffix(".Arn") for target in targets}

    def environment(self, function: dict[str, Any]) -> dict[str, str]:
        variables = function["Environment"]["Variables"]
        return {name: self.show(value) for name, value in variables.items()}

    def statements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(policy's id, statement) of every role and every resource that has a policy."""
        for name, resource in self.resources.items():
            properties = resource.get("Properties", {})
            inline = properties.get("Policies", []) if resource["Type"] == "AWS::IAM::Role" else []
            for holder in [properties, *inline]:
                for statement in holder.get("PolicyDocument", {}).get("Statement", []):
                    yield name, statement

    def allowed(self, function: dict[str, Any]) -> set[tuple[str, str]]:
        """(action, resource) of all that a function may do."""
        role = self.show(function["Role"]).strip("<>").removesuffix(".Arn")
        found = set()
        # What is too much for one policy goes on in a managed one.
        policies = {**self.of("IAM::Policy"), **self.of("IAM::ManagedPolicy")}
        for policy in policies.values():
            if f"<{role}>" in map(self.show, policy["Roles"]):
                for statement in policy["PolicyDocument"]["Statement"]:
                    found |= {
                        (action, self.show(target))
                        for action in as_list(statement["Action"])
                        for target in as_list(statement["Resource"])
                    }
        return found


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@functools.cache
def synthesise(stage: str) -> Synth:
    """Without bundling: the layers and the code are not what is looked at.

    A finding of cdk-nag that nobody has acknowledged makes this raise.
    """
    return synthesise_with(stage_settings(stage))


def synthesise_with(settings: StageSettings) -> Synth:
    """Settings that are no stage's own."""
    with quick_app() as app:
        stacks = build(app, settings)
        templates = [Template.from_stack(stack).to_json() for stack in stacks]
    return Synth(settings, *templates)


@contextmanager
def quick_app() -> Iterator[App]:
    """An app that bundles nothing and leaves nothing behind."""
    with TemporaryDirectory() as folder:
        yield App(outdir=folder, context={"aws:cdk:bundling-stacks": []})
