"""Run in a fresh interpreter: get a handler ready, answer one request, print when and for how much.

Usage: python -m tests.bench.api_peers.start SUBJECT
"""

from __future__ import annotations

import json
import sys
import time

from tests.bench.api_peers.subjects import MEASURED, event_text, load


def main(subject: str) -> dict[str, float]:
    """`ready` is on the machine's clock; the others are seconds.

    Nobody's stores are built yet at `ready`: ours imports boto3 with the first of them, so that
    all do. `aws` is what that import and the client of DynamoDB take then.
    """
    handler = load(subject)
    ready, ready_cpu = time.monotonic(), time.process_time()
    from tests.bench.api_peers.stores import install_stores
    from tests.fakes.lambda_context import FakeLambdaContext

    install_stores()
    event, context = json.loads(event_text(MEASURED[0])), FakeLambdaContext()
    began = time.monotonic()
    answer = handler(event, context)
    first = time.monotonic() - began
    if answer["statusCode"] != MEASURED[0].status:
        raise AssertionError(answer)
    began = time.monotonic()
    from functions.adapters.aws import client

    client("dynamodb")
    return {
        "ready": ready,
        "ready_cpu": ready_cpu,
        "first": first,
        "aws": time.monotonic() - began,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])))
