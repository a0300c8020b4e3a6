"""The composition root of moments (see `bootstrap`)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from functions import bootstrap
from functions.domain.moments.models import Models
from functions.domain.moments.ports import (
    GenerationStore,
    Memory,
    MomentGenerator,
    MomentRefiner,
    MomentRuns,
    MomentStore,
)
from functions.services.moments.context import MomentContext

if TYPE_CHECKING:
    from functions.runtime.api_settings import ApiSettings
    from functions.runtime.run_settings import MomentSettings


@functools.cache
def moment_store(table: str) -> MomentStore:
    from functions.adapters.dynamo.moments import DynamoMomentStore

    return DynamoMomentStore(table)


@functools.cache
def generation_store(table: str, moments: str) -> GenerationStore:
    from functions.adapters.dynamo.generations import DynamoGenerationStore

    return DynamoGenerationStore(table, moments)


@functools.cache
def moment_runs(state_machine_arn: str) -> MomentRuns:
    from functions.adapters.step_functions_moments import StepFunctionsMoments

    return StepFunctionsMoments(state_machine_arn)


def moment_generator(
    models: Models, name: str, memory: Memory, stop: Callable[[], bool]
) -> MomentGenerator:
    """The generator of a model's name; `stop` says when there is no time to ask a model."""
    from functions.domain.moments.embedded import EmbeddedGenerator

    model = models.named(name)
    if model is None:
        return EmbeddedGenerator()
    from functions.adapters.bedrock.converse import Converse
    from functions.adapters.bedrock.generator import BedrockGenerator

    converse = Converse(models.endpoint)
    return BedrockGenerator(converse, model, instead=EmbeddedGenerator(), memory=memory, stop=stop)


def moment_refiner(models: Models, name: str) -> MomentRefiner:
    """The refiner of a model's name. Somebody waits for its answer: a model has less time."""
    model = models.named(name)
    if model is None:
        from functions.domain.moments.refining import EmbeddedRefiner

        return EmbeddedRefiner()
    from functions.adapters.bedrock.converse import Converse
    from functions.adapters.bedrock.refiner import BedrockRefiner

    return BedrockRefiner(Converse(models.endpoint, read_seconds=10, attempts=2), model)


def moment_context(settings: MomentSettings | ApiSettings) -> MomentContext:
    """What work on moments works with, beside that."""
    return MomentContext(
        context=bootstrap.context(settings),
        moments=moment_store(settings.moments_table),
        generations=generation_store(settings.generations_table, settings.moments_table),
        models=settings.models,
    )
