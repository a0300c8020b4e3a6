"""Every template of these tests was made under cdk-nag, which raises at a finding.

That this is so is what is tested here: a check that looks at nothing finds nothing.
"""

from __future__ import annotations

import pytest
from aws_cdk import aws_sqs as sqs

from infra.app import build
from infra.stages import stage_settings
from tests.infra.synth import quick_app


@pytest.mark.parametrize("which", [0, 1, 2], ids=["data", "service", "watch"])
def test_given_a_resource_that_breaks_a_rule_when_synthesised_then_that_fails(which: int):
    with quick_app() as app:
        stack = build(app, stage_settings("local"))[which]
        sqs.Queue(stack, "Careless")

        with pytest.raises(RuntimeError, match="Careless"):
            app.synth()
