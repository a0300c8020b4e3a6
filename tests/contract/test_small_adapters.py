"""Users, executions, secrets: the adapters of a single call."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.adapters.cognito_user_directory import CognitoUserDirectory
from functions.adapters.secrets import read_secret
from functions.adapters.step_functions_pipeline import StepFunctionsPipeline
from functions.adapters.step_functions_range_cuts import StepFunctionsRangeCuts
from functions.domain.errors import UnavailableError
from functions.domain.ports import RangeCuts, UserDirectory
from functions.domain.runs.ports import ExecutionState, Pipeline
from functions.domain.tiers import Tier
from infra.local.deployment import client
from infra.local.emulator import Emulator
from infra.local.users import ensure_users
from tests.builders import make_run
from tests.fakes.pipeline import FakePipeline
from tests.fakes.range_cuts import FakeRangeCuts
from tests.fakes.users import FakeUserDirectory


@pytest.fixture(scope="session")
def pool(bare_cloud: Emulator) -> tuple[str, dict[str, str]]:
    """A user pool, and its users' ids by name."""
    cognito = client(bare_cloud, "cognito-idp")
    pool_id = cognito.create_user_pool(PoolName="contract")["UserPool"]["Id"]
    for tier in Tier:
        cognito.create_group(UserPoolId=pool_id, GroupName=tier.value)
    ids = {user.username: user.user_id for user in ensure_users(cognito, pool_id)}
    bare = cognito.admin_create_user(
        UserPoolId=pool_id, Username="nobody", MessageAction="SUPPRESS"
    )
    ids["nobody"] = next(a["Value"] for a in bare["User"]["Attributes"] if a["Name"] == "sub")
    for group in ("free", "enterprise"):
        cognito.admin_add_user_to_group(UserPoolId=pool_id, Username="pro2", GroupName=group)
    return pool_id, ids


TIERS = {
    "free": Tier.FREE,
    "pro": Tier.PRO,
    "enterprise": Tier.ENTERPRISE,
    "pro2": Tier.ENTERPRISE,
    "nobody": Tier.FREE,
}


@pytest.fixture(params=["fake", "cognito"])
def users(request: pytest.FixtureRequest, pool: tuple[str, dict[str, str]]) -> UserDirectory:
    pool_id, ids = pool
    if request.param == "fake":
        return FakeUserDirectory({ids[name]: tier for name, tier in TIERS.items()})
    return CognitoUserDirectory(pool_id)


class TestUserDirectory:
    @pytest.mark.parametrize("name", TIERS)
    def test_given_a_user_when_their_tier_is_asked_for_then_it_is_their_highest_group(
        self, users: UserDirectory, pool: tuple[str, dict[str, str]], name: str
    ) -> None:
        assert users.tier(pool[1][name]) is TIERS[name]

    @pytest.mark.parametrize("user_id", ["a folder name", "x" * 200, "ünï 😀", "-"])
    def test_given_no_such_user_when_their_tier_is_asked_for_then_there_is_none(
        self, users: UserDirectory, user_id: str
    ) -> None:
        assert users.tier(user_id) is None


@pytest.fixture(scope="session")
def machine(bare_cloud: Emulator) -> str:
    """A state machine that does nothing."""
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "states.amazonaws.com"},
    }
    role = client(bare_cloud, "iam").create_role(
        RoleName="contract",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
    made = client(bare_cloud, "stepfunctions").create_state_machine(
        name="contract",
        definition=json.dumps(definition),
        roleArn=role["Role"]["Arn"],
    )
    return str(made["stateMachineArn"])


@pytest.fixture(scope="session")
def patient(bare_cloud: Emulator, machine: str) -> str:
    """A state machine that waits."""
    steps = client(bare_cloud, "stepfunctions")
    definition = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60}}}
    definition["States"]["Wait"]["End"] = True
    made = steps.create_state_machine(
        name="patient",
        definition=json.dumps(definition),
        roleArn=steps.describe_state_machine(stateMachineArn=machine)["roleArn"],
    )
    return str(made["stateMachineArn"])


@pytest.fixture
def steps(bare_cloud: Emulator) -> Any:
    return client(bare_cloud, "stepfunctions")


def given_to(steps: Any, machine: str, name: str) -> Any:
    """The input of the one execution of this name."""
    listed = steps.list_executions(stateMachineArn=machine)["executions"]
    (one,) = [execution for execution in listed if execution["name"] == name]
    return json.loads(steps.describe_execution(executionArn=one["executionArn"])["input"])


class TestPipeline:
    @pytest.fixture(params=["fake", "stepfunctions"])
    def pipeline(self, request: pytest.FixtureRequest, machine: str) -> Pipeline:
        return FakePipeline() if request.param == "fake" else StepFunctionsPipeline(machine)

    def test_given_a_started_run_when_it_is_started_again_then_it_is_one_execution(
        self, pipeline: Pipeline, machine: str, steps: Any, fresh: str
    ) -> None:
        for _ in range(3):
            pipeline.start("video-1", fresh)

        if isinstance(pipeline, FakePipeline):
            assert pipeline.executions == {fresh: "video-1"}
        else:
            assert given_to(steps, machine, fresh) == {"video_id": "video-1", "run_id": fresh}

    def test_given_no_execution_when_asked_for_then_it_is_absent_and_stopping_it_is_fine(
        self, pipeline: Pipeline, fresh: str
    ) -> None:
        pipeline.stop(make_run(run_id=fresh))

        assert pipeline.state(fresh) is ExecutionState.ABSENT

    def test_given_an_execution_that_waits_when_stopped_then_it_is_over_and_stays_so(
        self, patient: str, steps: Any, fresh: str
    ) -> None:
        for pipeline in (FakePipeline(), StepFunctionsPipeline(patient)):
            pipeline.start("video-1", fresh)
            assert pipeline.state(fresh) is ExecutionState.RUNNING

            pipeline.stop(make_run(run_id=fresh))
            pipeline.stop(make_run(run_id=fresh))

            assert pipeline.state(fresh) is ExecutionState.ENDED
        arn = f"{patient.replace(':stateMachine:', ':execution:')}:{fresh}"
        assert steps.describe_execution(executionArn=arn)["status"] == "ABORTED"


class TestRangeCuts:
    @pytest.fixture(params=["fake", "stepfunctions"])
    def cuts(self, request: pytest.FixtureRequest, machine: str) -> RangeCuts:
        return FakeRangeCuts() if request.param == "fake" else StepFunctionsRangeCuts(machine)

    def test_given_a_started_cut_when_it_is_started_again_then_it_is_one_execution(
        self, cuts: RangeCuts, machine: str, steps: Any, fresh: str
    ) -> None:
        for _ in range(3):
            cuts.start(fresh)

        if isinstance(cuts, FakeRangeCuts):
            assert cuts.started == {fresh}
        else:
            assert given_to(steps, machine, fresh) == {"segment_id": fresh}

    def test_given_no_such_machine_when_a_cut_is_started_then_it_is_unavailable(
        self, machine: str, fresh: str
    ) -> None:
        with pytest.raises(UnavailableError):
            StepFunctionsRangeCuts(f"{machine}-absent").start(fresh)

    def test_given_a_cut_when_asked_for_then_it_is_known_once_it_was_started(
        self, cuts: RangeCuts, fresh: str
    ) -> None:
        before = cuts.state(fresh)
        cuts.start(fresh)

        assert before is ExecutionState.ABSENT
        assert cuts.state(fresh) is not ExecutionState.ABSENT


def test_given_no_such_machine_when_a_run_is_started_then_it_is_unavailable(
    machine: str, fresh: str
) -> None:
    with pytest.raises(UnavailableError):
        StepFunctionsPipeline(f"{machine}-absent").start("video-1", fresh)


def test_given_a_secret_when_it_is_read_then_it_is_its_text_in_bytes(
    bare_cloud: Emulator, fresh: str
) -> None:
    secrets = client(bare_cloud, "secretsmanager")
    arn = secrets.create_secret(Name=fresh, SecretString="geheim ü")["ARN"]

    assert read_secret(arn) == "geheim ü".encode()


def test_given_no_such_secret_when_it_is_read_then_it_is_unavailable(fresh: str) -> None:
    with pytest.raises(UnavailableError) as caught:
        read_secret(fresh)

    assert fresh not in str(caught.value)
