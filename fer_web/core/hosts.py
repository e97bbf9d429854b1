"""Names and addresses of machines."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on `host`."""
    name = host_name(host)
    if name == "localhost":
        return True
    if not is_address(name):
        return False
    address = ipaddress.ip_address(name)
    mapped = getattr(address, "ipv4_mapped", None)  # how a socket for both IPs tells an IPv4 client
    return (mapped or address).is_loopback


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the whole internet: neither this machine, nor its network, nor a group."""
    found = ipaddress.ip_address(address)
    for inner in ("ipv4_mapped", "sixtofour"):  # an IPv4 address in another writing
        found = getattr(found, inner, None) or found
    if isinstance(found, ipaddress.IPv6Address) and found in _NAT64:
        found = ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
    return found.is_global and not found.is_multicast


def host_name(header: str) -> str:
    """A Host header's name in lower case, without port, brackets and final dot; "" when it is malformed."""
    try:
        return (
            urlsplit(f"//{header if header.count(':') < 2 or '[' in header else f'[{header}]'}").hostname or ""
        ).rstrip(".")
    except ValueError:
        return ""


def is_address(name: str) -> bool:
    """Whether it is an IP address and no name; IPv6 may stand in brackets."""
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
