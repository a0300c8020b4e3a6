"""Moments and their generations."""

from __future__ import annotations

from functions.domain.moments.generation import Generation
from functions.domain.moments.moment import Moment, Quote, Refinement
from functions.domain.moments.usage import Usage
from functions.domain.times import seconds
from functions.handlers.api.models import moments as models
from functions.handlers.api.views.common import failure


def moment(item: Moment) -> models.MomentAnswer:
    return models.MomentAnswer(
        moment_id=item.moment_id,
        video_id=item.video_id,
        generation_id=item.generation_id,
        transcript_version=item.transcript_version,
        start=seconds(item.start),
        end=seconds(item.end),
        duration=seconds(item.length),
        edges=item.edges,
        first_word=item.first_word,
        last_word=item.last_word,
        title=item.title,
        reason=item.reason,
        quote=_quote(item.quote),
        score=item.score,
        parts=dict(item.parts),
        tags=list(item.tags),
        source=item.source,
        status=item.status,
        decided_at=item.decided_at,
        version=item.version,
        parent_id=item.parent_id,
        superseded_by=item.superseded_by,
        refinement=_refinement(item.refinement),
        created_at=item.created_at,
        updated_at=item.updated_at,
        revision=item.revision,
    )


def generation(item: Generation) -> models.GenerationAnswer:
    return models.GenerationAnswer(
        generation_id=item.generation_id,
        video_id=item.video_id,
        run_id=item.run_id,
        status=item.status,
        options=models.GenerationOptions(
            count=item.options.count,
            min_length_s=seconds(item.options.minimum),
            max_length_s=seconds(item.options.maximum),
            topic=item.options.topic,
            model=item.options.model,
        ),
        transcript_version=item.transcript_version,
        created_at=item.created_at,
        started_at=item.started_at,
        finished_at=item.finished_at,
        found=item.found,
        kept=item.kept,
        generator=item.generator,
        model_id=item.model_id,
        prompt_version=item.prompt_version,
        parameters=dict(item.parameters),
        usage=_usage(item.usage, item.cost_usd),
        reused=item.reused,
        degraded=item.degraded,
        notes=list(item.notes),
        error=failure(item.error),
        status_url=generation_url(item),
    )


def generation_url(item: Generation) -> str:
    return f"/api/videos/{item.video_id}/moment-generations/{item.generation_id}"


def moment_url(item: Moment) -> str:
    return f"/api/videos/{item.video_id}/moments/{item.moment_id}"


def _quote(item: Quote | None) -> models.QuoteAnswer | None:
    if item is None:
        return None
    return models.QuoteAnswer(text=item.text, start=seconds(item.start), end=seconds(item.end))


def _refinement(item: Refinement | None) -> models.RefinementAnswer | None:
    if item is None:
        return None
    return models.RefinementAnswer(
        instruction=item.instruction,
        made_by=item.made_by,
        model_id=item.model_id,
        prompt_version=item.prompt_version,
        usage=_usage(item.usage, item.cost_usd),
        notes=list(item.notes),
    )


def _usage(item: Usage, cost_usd: float) -> models.UsageAnswer:
    return models.UsageAnswer(
        calls=item.calls,
        input_tokens=item.input_tokens,
        output_tokens=item.output_tokens,
        cost_usd=cost_usd,
    )
