"""Models that moments may be left to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BedrockModel:
    """A model that moments may be left to: `name` is what users choose it by, `profile` the
    inference profile that is asked, `model_id` the model behind it, and `regions` those where it
    may answer (none: wherever it is). Prices are dollars for a million tokens."""

    name: str
    profile: str
    model_id: str
    regions: tuple[str, ...] = ()
    input_usd: float
    output_usd: float
    temperature: float = 0.2

    def arns(self, partition: str, region: str, account: str) -> list[str]:
        """The profile, and the model in each region; without a region for those of everywhere."""
        start = f"arn:{partition}:bedrock"
        models = [
            f"{start}:{one}::foundation-model/{self.model_id}" for one in (region, *self.regions)
        ]
        everywhere = [] if self.regions else [f"{start}:::foundation-model/{self.model_id}"]
        profile = f"{start}:{region}:{account}:inference-profile/{self.profile}"
        return [profile, *models, *everywhere]


# List prices; a profile whose name begins with `global.` is answered wherever there is room.
HAIKU = BedrockModel(
    name="claude-haiku",
    profile="global.anthropic.claude-haiku-4-5-20251001-v1:0",
    model_id="anthropic.claude-haiku-4-5-20251001-v1:0",
    input_usd=1.0,
    output_usd=5.0,
)
# Stands in on one machine, where its address is told: it counts long words.
SIMULATED = BedrockModel(
    name="simulated",
    profile="local.simulated-v1:0",
    model_id="local.simulated-v1:0",
    input_usd=1.0,
    output_usd=5.0,
)
