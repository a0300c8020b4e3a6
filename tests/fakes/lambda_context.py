"""What the runtime hands to a handler."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class FakeLambdaContext:
    aws_request_id: str = "invocation-1"
    function_name: str = "cutroom-test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:000000000000:function:cutroom-test"
    remaining_ms: int = 600_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms
