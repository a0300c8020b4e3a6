from __future__ import annotations

from functions.domain.tiers import Tier
from tests.infra.synth import Synth


def test_given_the_tiers_when_deployed_then_each_is_a_group_and_there_is_no_other(synth: Synth):
    groups = {group["GroupName"] for group in synth.of("Cognito::UserPoolGroup").values()}

    assert groups == {tier.value for tier in Tier} == {"free", "pro", "enterprise"}


def test_given_a_user_in_two_groups_when_signed_in_then_the_better_tier_comes_first(synth: Synth):
    groups = synth.of("Cognito::UserPoolGroup").values()
    ranked = sorted(groups, key=lambda group: group["Precedence"])

    assert [group["GroupName"] for group in ranked] == ["enterprise", "pro", "free"]


def test_given_a_group_when_its_members_sign_in_then_it_carries_no_role(synth: Synth):
    """A tier is a limit of the product, never a right in the account."""
    groups = synth.of("Cognito::UserPoolGroup")

    assert [name for name, group in groups.items() if "RoleArn" in group] == []


def test_given_a_stranger_when_signing_up_then_the_pool_refuses(synth: Synth):
    pool = synth.one("Cognito::UserPool")

    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}


def test_given_a_user_when_changing_their_attributes_then_no_tier_is_among_them(synth: Synth):
    """Tiers are groups, and only an administrator changes those."""
    own = [field["Name"] for field in synth.one("Cognito::UserPool").get("Schema", [])]
    writable = synth.one("Cognito::UserPoolClient").get("WriteAttributes", [])

    assert own == []
    assert [name for name in writable if "custom:" in name] == []


def test_given_a_password_when_chosen_then_it_is_long_and_mixed(synth: Synth):
    policy = synth.one("Cognito::UserPool")["Policies"]["PasswordPolicy"]

    assert policy["MinimumLength"] >= 12
    assert all(value for name, value in policy.items() if name.startswith("Require"))


def test_given_a_cloud_stage_when_signing_in_then_the_password_never_leaves_the_client(
    cloud: Synth,
):
    flows = cloud.one("Cognito::UserPoolClient")["ExplicitAuthFlows"]

    assert set(flows) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}


def test_given_one_machine_when_signing_in_then_a_password_is_enough(local: Synth):
    flows = local.one("Cognito::UserPoolClient")["ExplicitAuthFlows"]

    assert "ALLOW_USER_PASSWORD_AUTH" in flows


def test_given_a_pool_without_sign_in_pages_when_deployed_then_no_oauth_flow_is_open(
    synth: Synth,
):
    """The construct's own default is the implicit flow to https://example.com."""
    client = synth.one("Cognito::UserPoolClient")

    assert synth.of("Cognito::UserPoolDomain") == {}
    assert not client.get("AllowedOAuthFlowsUserPoolClient")
    assert "CallbackURLs" not in client


def test_given_a_client_in_a_browser_when_deployed_then_it_has_no_secret_to_lose(synth: Synth):
    client = synth.one("Cognito::UserPoolClient")

    assert client["GenerateSecret"] is False
    assert client["PreventUserExistenceErrors"] == "ENABLED"


def test_given_a_stolen_token_when_used_then_not_for_longer_than_an_hour(synth: Synth):
    client = synth.one("Cognito::UserPoolClient")

    assert client["TokenValidityUnits"]["AccessToken"] == "minutes"
    assert client["AccessTokenValidity"] <= 60
    assert client["IdTokenValidity"] <= 60
