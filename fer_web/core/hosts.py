"""Names and addresses of machines."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


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
