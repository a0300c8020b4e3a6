from __future__ import annotations

import pytest

from functions.domain.lipsync.codes import Remedy
from functions.domain.lipsync.trouble import KNOWN_CODES, rejection_of, trouble_of

CODES = sorted(KNOWN_CODES)


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("generation_pipeline_failed", Remedy.TRY_AGAIN),
        ("generation_infra_something_new", Remedy.TRY_AGAIN),
        ("controller_timeout", Remedy.TRY_AGAIN),
        ("generation_input_video_inaccessible", Remedy.SIGN_AGAIN),
        ("generation_input_audio_invalid", Remedy.REENCODE),
        ("generation_input_video_invalid", Remedy.REENCODE),
        ("generation_input_segments_invalid", Remedy.GIVE_UP),
        ("generation_input_something_new", Remedy.GIVE_UP),
        ("generation_plan_duration_exceeded", Remedy.GIVE_UP),
        ("account_payment_required", Remedy.OPERATOR),
        ("concurrency_limit_reached", Remedy.WAIT),
        ("rate_limit_exceeded", Remedy.WAIT),
        ("nobody_has_heard_of_it", Remedy.TRY_AGAIN),
        ("", Remedy.TRY_AGAIN),
        (None, Remedy.TRY_AGAIN),
    ],
)
def test_given_a_code_when_it_is_read_then_it_has_its_remedy(code: str | None, remedy: Remedy):
    assert trouble_of(code).remedy is remedy


def test_given_an_unknown_refusal_when_it_is_read_then_it_is_not_tried_again():
    assert trouble_of("brand_new", otherwise=Remedy.GIVE_UP).remedy is Remedy.GIVE_UP


@pytest.mark.parametrize("code", CODES)
def test_given_any_known_code_when_it_is_told_then_in_words_that_are_not_the_providers(code: str):
    trouble = trouble_of(code)

    assert trouble.code.startswith("lipsync.")
    assert trouble.detail.endswith(".")
    assert code not in trouble.detail
    assert trouble.provider_code == code


def test_given_a_rejection_when_it_is_told_then_it_is_for_good_whatever_the_code():
    assert all(rejection_of(code).remedy is Remedy.GIVE_UP for code in (*CODES, None, "odd"))
    assert rejection_of(None).code == "lipsync.rejected"
    assert rejection_of("generation_input_segments_invalid").code == "lipsync.ranges_refused"
