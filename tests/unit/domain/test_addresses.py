from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.ingests.addresses import AddressRules, is_public, parse_address, parse_rules

WEB = parse_rules((80, 443), ())
ONE_MACHINE = parse_rules((80, 443), ("127.0.0.0/8:8123",))
PUBLIC = ("8.8.8.8", "93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001::5")
NOT_PUBLIC = (
    "0.0.0.0", "0.1.2.3",  # noqa: S104
    "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254",
    "127.0.0.1", "127.255.255.254", "169.254.169.254", "169.254.170.2", "172.16.0.1",
    "172.31.255.255", "192.0.0.192", "192.0.2.7", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255",
    "::", "::1", "fd00:ec2::254", "fc00::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    "::ffff:8.8.8.8", "::ffff:169.254.169.254", "::8.8.8.8", "::127.0.0.1",
    "64:ff9b::808:808", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2002:7f00:1::",
    "2002:808:808::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1",
    "2001:db8::1", "3fff::1", "5f00::1", "4000::1", "2606:4700:4700::1111%1",
)  # fmt: skip
EMBEDDING = ("::ffff:0:0", "::", "64:ff9b::")


@pytest.mark.parametrize("text", PUBLIC)
def test_given_a_public_address_when_asked_then_the_web_s_ports_of_it_may_be_reached(text: str):
    assert is_public(ip_address(text))
    assert WEB.allows(ip_address(text), 443)
    assert not WEB.allows(ip_address(text), 22)


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_given_an_address_that_is_not_public_when_asked_then_no_port_of_it_may_be_reached(
    text: str,
):
    assert not is_public(ip_address(text))
    assert not WEB.allows(ip_address(text), 80)


@given(st.ip_addresses(v=4), st.sampled_from(EMBEDDING))
def test_given_any_ipv4_when_it_stands_in_an_ipv6_address_then_it_may_not_be_reached(
    inner: IPv4Address, prefix: str
):
    assert not is_public(IPv6Address(int(IPv6Address(prefix)) | int(inner)))


@given(st.ip_addresses(v=4))
def test_given_any_ipv4_when_python_calls_it_private_then_so_do_we(address: IPv4Address):
    """Whatever the version: our list is at least as long, but for what is public since."""
    special = address.is_private or address.is_multicast or address.is_reserved
    assert not (special and is_public(address))


@given(st.ip_addresses(v=6))
def test_given_any_ipv6_when_it_is_no_global_one_then_it_may_not_be_reached(address: IPv6Address):
    assert not (is_public(address) and not address.is_global)


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "010.0.0.1",
                                  "127.0.0.1 ", "１２７.0.0.1", "[::1]"])  # fmt: skip
def test_given_an_odd_form_of_an_address_when_read_then_it_is_none(text: str):
    assert parse_address(text) is None


def test_given_names_with_many_addresses_when_one_is_not_public_then_none_may_be_reached():
    good, bad = ip_address("8.8.8.8"), ip_address("10.0.0.1")

    assert WEB.allow_all([good], 80)
    assert not WEB.allow_all([good, bad], 80)
    assert not WEB.allow_all([bad, good], 80)
    assert not WEB.allow_all([], 80)


def test_given_an_opening_when_asked_then_only_its_network_at_its_port_is_open():
    assert ONE_MACHINE.allows(ip_address("127.0.0.1"), 8123)
    assert not ONE_MACHINE.allows(ip_address("127.0.0.1"), 80)
    assert not ONE_MACHINE.allows(ip_address("127.0.0.1"), 8124)
    assert not ONE_MACHINE.allows(ip_address("::1"), 8123)
    assert not ONE_MACHINE.allows(ip_address("::ffff:127.0.0.1"), 8123)
    assert not ONE_MACHINE.allows(ip_address("10.0.0.1"), 8123)
    assert not ONE_MACHINE.allows(ip_address("8.8.8.8"), 8123)


@pytest.mark.parametrize("opening", ["127.0.0.0/8", "127.0.0.1/8:80", "name:80", "127.0.0.0/8:x"])
def test_given_an_opening_that_cannot_be_read_when_rules_are_made_then_there_are_none(opening: str):
    with pytest.raises(ValueError, match=r"."):
        parse_rules((80,), (opening,))


def test_given_no_rules_when_asked_then_nothing_may_be_reached():
    assert not AddressRules(frozenset()).allows(ip_address("8.8.8.8"), 80)
