from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from importlib import resources

import pytest

from functions.adapters.time_zones import time_zone

SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_given_names_of_zones_when_looked_up_then_each_of_them_is_one():
    names = resources.files("tzdata").joinpath("zones").read_text().split()

    assert len(names) > 400
    for name in names:
        zone = time_zone(name)
        assert zone
        assert SUMMER.astimezone(zone).utcoffset() is not None


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "Europe",
        "Europe/berlin",
        "Mars/Olympus",
        "../../../etc/passwd",
        "/etc/localtime",
        "posixrules",
        "tzdata.zi",
        "Europe/Berlin\0",
        "CET-1CEST",
        "a" * 64,
    ],
)
def test_given_what_is_no_name_of_a_zone_when_looked_up_then_there_is_none(name: str):
    assert time_zone(name) is None


def test_given_a_machine_without_zones_of_its_own_when_looked_up_then_ours_are_there():
    """As Lambda's image may be."""
    code = (
        "import zoneinfo; zoneinfo.reset_tzpath(to=()); from datetime import datetime, UTC;"
        "from functions.adapters.time_zones import time_zone;"
        "print(datetime(2026, 7, 1, 12, tzinfo=UTC).astimezone(time_zone('Europe/Berlin')).hour)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == "14"
