"""What `cdk synth` of a whole stage leaves in a folder: templates, code and layers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra import packaging
from tests.infra.handlers import ROOT

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Assembly:
    folder: Path

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.folder / "manifest.json").read_text())

    def template(self, stack: str) -> dict[str, Any]:
        return json.loads((self.folder / f"{stack}.template.json").read_text())

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        return self.template("Cutroom-dev-service")["Resources"]

    def asset(self, key: str) -> Path:
        """The folder that is uploaded under a key."""
        files = json.loads((self.folder / "Cutroom-dev-service.assets.json").read_text())["files"]
        (source,) = (
            file["source"]["path"]
            for file in files.values()
            for destination in file["destinations"].values()
            if destination["objectKey"] == key
        )
        return self.folder / source

    def layers(self) -> dict[str, Path]:
        """name -> folder"""
        return {
            resource["Properties"]["Description"].removeprefix("Cutroom: "): self.asset(
                resource["Properties"]["Content"]["S3Key"]
            )
            for resource in self.resources.values()
            if resource["Type"] == "AWS::Lambda::LayerVersion"
        }

    def code(self) -> Path:
        """The folder of our own code, one for all functions."""
        (key,) = {
            resource["Properties"]["Code"]["S3Key"]
            for resource in self.resources.values()
            if resource["Type"] == "AWS::Lambda::Function"
        }
        return self.asset(key)

    def unzipped(self) -> dict[str, int]:
        """handler -> bytes of its code and all of its layers"""
        sizes = {}
        for resource in self.resources.values():
            if resource["Type"] == "AWS::Lambda::Function":
                function = resource["Properties"]
                layers = [self.resources[layer["Ref"]] for layer in function["Layers"]]
                keys = [function["Code"]["S3Key"]]
                keys += [layer["Properties"]["Content"]["S3Key"] for layer in layers]
                sizes[function["Handler"]] = sum(
                    packaging.unzipped_bytes(self.asset(key)) for key in keys
                )
        return sizes


def synthesise_whole(folder: Path) -> Assembly:
    """The command as in the README, by a user with nothing but this checkout.

    Only uv's cache is the usual one, so that wheels are downloaded once and not by every run.
    """
    home, output = folder / "home", folder / "cdk.out"
    home.mkdir()
    cache = subprocess.run(
        [BIN / "uv", "cache", "dir"], capture_output=True, text=True, check=True
    ).stdout.strip()
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CDK_"))}
    done = subprocess.run(
        [
            ROOT / "node_modules" / ".bin" / "cdk", "synth", "--context", "stage=dev", "-q",
            "--no-notices", "--output", output,
        ],
        cwd=ROOT,
        env={
            **outside,
            "PATH": f"{BIN}{os.pathsep}{outside['PATH']}",
            "HOME": str(home),
            "UV_CACHE_DIR": cache,
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "AWS_EC2_METADATA_DISABLED": "true",
        },
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return Assembly(output)
