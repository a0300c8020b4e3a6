"""What a test, or a demo, may do to the platforms from outside: each door takes a JSON object.

posts     {"posts": [{"platform", "post_id", "owner", "counts", …}]}    see `world.Post`
login     {"platform", "account", "name"?, "denies"?, "withholds"?}     who sits before the browser
troubles  {"platform", "names"?, "chance"?, "down"?}                    what its next calls meet
tokens    {"platform", "end": "access" | "all"}                         tokens end now
clock     {"advance_s"}                                                 time passes
limits    {"youtube.units": 10, …}
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from infra.local.simulators.social.graph import Graph
from infra.local.simulators.social.wire import Answer
from infra.local.simulators.social.world import PLATFORMS, post_of

if TYPE_CHECKING:
    from infra.local.simulators.social.server import Service

Body = Mapping[str, Any]


def opened(service: Service, door: str, body: Any) -> Answer:
    found = _DOORS.get(door)
    if found is None or not isinstance(body, Mapping):
        return Answer(404, {"error": "There is no such door."})
    if body.get("platform", "x") not in PLATFORMS:
        return Answer(400, {"error": "There is no such platform."})
    with service.world.lock:
        try:
            found(service, body)
        except (KeyError, TypeError, ValueError) as error:
            return Answer(400, {"error": str(error)})
    return Answer(200, {})


def _posts(service: Service, body: Body) -> None:
    for told in body["posts"]:
        service.world.put(post_of(told, service.world.now()))


def _login(service: Service, body: Body) -> None:
    world, platform = service.world, str(body["platform"])
    if "account" in body:
        account = world.account(platform, str(body["account"]), str(body.get("name", "")))
        world.logins[platform] = account.account_id
    (world.denies.add if body.get("denies") else world.denies.discard)(platform)
    world.withheld[platform] = set(body.get("withholds", ()))


def _troubles(service: Service, body: Body) -> None:
    trouble = service.world.troubles[str(body["platform"])]
    trouble.names = deque(body.get("names", ()))
    trouble.chance = float(body.get("chance", 0))
    trouble.down = bool(body.get("down", False))


def _tokens(service: Service, body: Body) -> None:
    platform = service.platforms[str(body["platform"])]
    if body["end"] == "access":
        platform.grants.expire_all()
    if isinstance(platform, Graph):
        platform.pages.clear()
    if body["end"] == "all":
        platform.grants.end_all()


def _clock(service: Service, body: Body) -> None:
    service.world.advance(float(body["advance_s"]))


def _limits(service: Service, body: Body) -> None:
    service.world.limits |= {name: int(value) for name, value in body.items()}


_DOORS: Final[Mapping[str, Callable[[Service, Body], None]]] = {
    "posts": _posts,
    "login": _login,
    "troubles": _troubles,
    "tokens": _tokens,
    "clock": _clock,
    "limits": _limits,
}
