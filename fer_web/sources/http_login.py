"""User and password for a camera's HTTP: Basic (RFC 7617) and Digest (RFC 7616)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from urllib.request import parse_http_list, parse_keqv_list

# Strongest first; what is missing means MD5.
_HASHES = {"SHA-256": "sha256", "MD5": "md5"}


def login(challenges: Sequence[str], credentials: tuple[str, str], method: str, target: str) -> str | None:
    """The Authorization header that answers one of a camera's WWW-Authenticate headers; None when none can be answered.

    `target` is the path with its query, as it is sent.
    """
    asked = [challenge.strip().partition(" ") for challenge in challenges]
    digests = [_parameters(rest) for scheme, _, rest in asked if scheme.lower() == "digest"]
    for algorithm in _HASHES:
        for said in digests:
            if said.get("algorithm", "MD5").upper().removesuffix("-SESS") == algorithm:
                return _digest(said, algorithm, credentials, method, target)
    if any(scheme.lower() == "basic" for scheme, _, _ in asked):
        return "Basic " + base64.b64encode(":".join(credentials).encode()).decode()
    return None


def _parameters(text: str) -> dict[str, str]:
    try:
        parsed: dict[str, str] = parse_keqv_list([one for one in parse_http_list(text) if "=" in one])
    except (ValueError, IndexError):
        return {}
    return {name.lower(): value for name, value in parsed.items()}


def _digest(said: dict[str, str], algorithm: str, credentials: tuple[str, str], method: str, target: str) -> str:
    def hashed(*parts: str) -> str:
        return hashlib.new(_HASHES[algorithm], ":".join(parts).encode(), usedforsecurity=False).hexdigest()

    user, password = credentials
    realm, nonce, once, count = said.get("realm", ""), said.get("nonce", ""), secrets.token_hex(8), "00000001"
    secret = hashed(user, realm, password)
    if said.get("algorithm", "").upper().endswith("-SESS"):
        secret = hashed(secret, nonce, once)
    action = hashed(method, target)
    is_counted = "auth" in [word.strip() for word in said.get("qop", "").split(",")]
    response = hashed(secret, nonce, count, once, "auth", action) if is_counted else hashed(secret, nonce, action)
    answer = {"username": user, "realm": realm, "nonce": nonce, "uri": target, "response": response}
    answer |= {"opaque": said["opaque"]} if "opaque" in said else {}
    answer |= {"cnonce": once} if is_counted else {}
    bare = {"algorithm": said["algorithm"]} if "algorithm" in said else {}
    bare |= {"qop": "auth", "nc": count} if is_counted else {}
    quoted = [f'{name}="{_escaped(value)}"' for name, value in answer.items()]
    return "Digest " + ", ".join([*quoted, *(f"{name}={value}" for name, value in bare.items())])


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"")
