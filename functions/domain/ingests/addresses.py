"""Which addresses of the internet a request of a user's making may go to.

A name is judged by what it leads to: every address of it must be a public one. The networks are
those of IANA's special-purpose registries (RFC 6890 and its updates), written out, since what the
standard library calls private has changed between versions of Python.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NOT_PUBLIC_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # between a provider and its customers
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, with the clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays, given up
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, with the broadcast address
    )
)
# All other IPv6 is no global unicast: loopback, mapped and compatible IPv4, NAT64, unique local
# (with AWS's fd00:ec2::254), link-local, multicast.
_GLOBAL_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


def is_public(address: Address) -> bool:
    """Whether it is a host of the public internet. One with a zone is of a single link."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    if address.scope_id is not None or address not in _GLOBAL_V6:
        return False
    return not any(address in network for network in _NOT_PUBLIC_V6)


def parse_address(text: str) -> Address | None:
    """The address that a text is in its usual form, None for a name or another form."""
    try:
        return ip_address(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Opening:
    """A network that may be reached though it is not public, at one port only."""

    network: Network
    port: int


@dataclass(frozen=True, slots=True)
class AddressRules:
    """Ports that may be reached at public addresses; `openings` are for the one-machine stage."""

    ports: frozenset[int]
    openings: tuple[Opening, ...] = ()

    def allows_port(self, port: int) -> bool:
        return port in self.ports or any(port == opening.port for opening in self.openings)

    def allows(self, address: Address, port: int) -> bool:
        if port in self.ports and is_public(address):
            return True
        return any(port == one.port and address in one.network for one in self.openings)

    def allow_all(self, addresses: Iterable[Address], port: int) -> bool:
        """One address that is not allowed spoils a name: else its owner could choose the moment."""
        found = tuple(addresses)
        return bool(found) and all(self.allows(address, port) for address in found)


def parse_rules(ports: Iterable[int], openings: Iterable[str]) -> AddressRules:
    """`openings` such as `127.0.0.0/8:8080`. Raises ValueError."""
    found = []
    for text in openings:
        network, _, port = text.rpartition(":")
        found.append(Opening(ip_network(network), int(port)))
    return AddressRules(frozenset(ports), tuple(found))
