"""Which machine a webhook's name leads to, and whether it may: names can be made to lead into one's own network."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import TypeAlias

from fer_web.core.hosts import is_address, is_public
from fer_web.errors import OutletError

Resolve: TypeAlias = Callable[[str, int], Sequence[str]]


def addresses_of(host: str, port: int) -> tuple[str, ...]:
    """The IP addresses of a name, in the order in which to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]).partition("%")[0] for *_, address in found))


def allowed_address(host: str, port: int, private_hosts: Sequence[str], resolve: Resolve = addresses_of) -> str:
    """The IP address to connect to, looked up once: whatever the name says a moment later, it is not asked again.

    A name may lead to a machine of a private network only if `private_hosts` has it. An IP address, and localhost, say
    for themselves where they lead.
    """
    if is_address(host):
        return host
    try:
        addresses = resolve(host, port)
    except OSError as error:
        raise OutletError(f"the name {host} is unknown ({error.strerror or error})") from error
    if not addresses:
        raise OutletError(f"the name {host} has no address")
    inside = [address for address in addresses if not is_public(address)]
    if inside and host != "localhost" and host not in private_hosts:
        raise OutletError(
            f"{host} leads to {inside[0]}, an address of a private network: if that is right, add {host} to "
            "FER_WEBHOOK_PRIVATE_HOSTS"
        )
    return addresses[0]
