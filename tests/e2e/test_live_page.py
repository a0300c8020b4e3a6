"""A page in a real browser that follows a whole run by the README's own examples, while its lines
are cut three times."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from functions.domain.events.kinds import DATA
from infra.local.paths import ROOT
from tests.media import odd
from tests.support.browser import browser, opened
from tests.support.cloud import Cloud
from tests.support.cutting_proxy import cutting_proxy
from tests.support.following import ended, logged, until

PAGE = """<!doctype html><meta charset="utf-8"><script>
const API = %(api)s, SOCKET = %(socket)s, TYPES = %(types)s;
const token = async () => %(token)s;
%(examples)s
let posted = Promise.resolve();
const send = (what) => fetch("/", { method: "POST", body: JSON.stringify(what) });
const post = (what) => posted = posted.then(() => send(what));
const anew = (by) => () => post({ by, resync: true });
%(follow)s
</script>"""


def _examples() -> str:
    """As they stand in the README."""
    text = (ROOT / "README.md").read_text()
    section = text.partition("## How to follow along")[2].partition("\n## ")[0]
    blocks = re.findall(r"```js\n(.*?)```", section, re.DOTALL)
    assert len(blocks) == 2
    return "\n".join(blocks)


def _page(api: str, socket: str, token: str, by: str) -> str:
    name = {"source": "followByEventSource", "socket": "followBySocket"}[by]
    ready = f'ticket("event_source").then(() => post({{ by: "{by}", from: last }}))'
    follow = f'{ready}.then(() => {name}((event) => post({{ by: "{by}", event }}), anew("{by}")));'
    words = {
        "api": json.dumps(api),
        "socket": json.dumps(socket),
        "types": json.dumps([kind.value for kind in DATA]),
        "token": json.dumps(token),
        "examples": _examples(),
        "follow": follow,
    }
    return PAGE % words


@pytest.mark.parametrize("by", ["source", "socket"])
def test_given_a_page_when_its_lines_are_cut_three_times_then_it_ends_with_the_log_in_order(
    cloud: Cloud, tmp_path: Path, by: str
) -> None:
    program = browser()
    if program is None:
        pytest.skip("no Chromium here; tests/e2e/test_live_events.py follows without one")
    own = cloud.alone()
    host, _, port = own.outputs.aws_endpoint_url.removeprefix("http://").partition(":")
    with cutting_proxy(host, int(port)) as proxy:
        near = f"127.0.0.1:{proxy.port}"
        api = own.outputs.api_url.replace(f"{host}:{port}", near)
        socket = own.outputs.socket_url.replace(f"{host}:{port}", near)
        with opened(program, _page(api, socket, own.token(), by), tmp_path) as posted:
            until(lambda: posted, "the page says nothing")
            video_id = own.upload(odd.tiny(tmp_path / "source.mp4"))
            for wanted in (2, 8, 14):
                until(lambda: len(posted) > wanted, "nothing comes")  # noqa: B023
                until(lambda: proxy.cut() > 0, "it does not come back")
            until(lambda: ended(logged(own), video_id), "its end is not told")

            def whole() -> bool:
                return len(posted) > len(logged(own))

            until(whole, "the page stays behind")

    log, start = logged(own), posted[0]["from"]
    told: list[dict[str, Any]] = [one["event"] for one in posted[1:]]
    last = told[-1]["sequence"]
    assert told == [one for one in log if start < one["sequence"] <= last]
    assert ended(told, video_id)
    assert {one["data"].get("status") for one in told} >= {"ready", "succeeded"}
