from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.infra.synth import Synth

# W3005: CDK lets a function wait for its role and the role's policies; the first half of that is
# said twice, which harms nothing and cannot be turned off.
IGNORED = ("W3005",)


def test_given_a_cloud_stage_when_its_templates_are_linted_then_nothing_is_found(
    cloud: Synth, tmp_path: Path
):
    files = []
    for name, template in {"data": cloud.data, "service": cloud.service}.items():
        path = tmp_path / f"{name}.template.json"
        path.write_text(json.dumps(template, indent=1))
        files.append(str(path))

    done = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), "--ignore-checks", *IGNORED, "--", *files],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
