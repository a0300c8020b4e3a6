"""Where secrets are kept: the key store beside its fake."""

from __future__ import annotations

import pytest

from functions.adapters.kms_vault import KmsVault
from functions.domain.errors import UnavailableError
from functions.domain.posts.post import Platform
from functions.domain.vault import Vault
from tests.fakes.vault import FakeVault


@pytest.fixture(params=["fake", "kms", "kms that remembers"])
def vault(request: pytest.FixtureRequest) -> Vault:
    if request.param == "fake":
        return FakeVault()
    remembered = 8 if request.param == "kms that remembers" else 0
    return KmsVault(request.getfixturevalue("kms_key"), remembered=remembered)


@pytest.mark.parametrize("length", [20, 4_096, 4_097, 20_000])
def test_given_a_secret_when_sealed_then_it_opens_again_and_again_and_is_not_to_be_seen(
    vault: Vault, length: int
) -> None:
    secret = ("tökens " * length)[:length]

    sealed = vault.seal(secret, user_id="anna", platform=Platform.X)

    assert secret not in sealed
    for _ in range(2):
        assert vault.open(sealed, user_id="anna", platform=Platform.X) == secret


@pytest.mark.parametrize(
    "whose",
    [
        {"user_id": "ben", "platform": Platform.X},
        {"user_id": "anna", "platform": Platform.TIKTOK},
        {"user_id": "anna", "webhook_id": Platform.X},
        {"user_id": "anna"},
    ],
)
def test_given_what_was_sealed_as_another_when_opened_then_it_stays_shut(
    vault: Vault, whose: dict[str, str]
) -> None:
    sealed = vault.seal("secret", user_id="anna", platform=Platform.X)
    assert vault.open(sealed, user_id="anna", platform=Platform.X) == "secret"

    with pytest.raises(UnavailableError):
        vault.open(sealed, **whose)


def test_given_parts_in_another_order_or_alone_when_opened_then_they_stay_shut(
    kms_key: str,
) -> None:
    vault = KmsVault(kms_key)
    sealed = vault.seal("x" * 8_192, user_id="anna", platform=Platform.X)
    first, second = sealed.split(".")

    for wrong in (f"{second}.{first}", first, f"{first}.{first}"):
        with pytest.raises(UnavailableError):
            vault.open(wrong, user_id="anna", platform=Platform.X)
