"""The key that signs webhooks, as Standard Webhooks writes it."""

from __future__ import annotations

import base64

PREFIX, LEAST_BYTES = "whsec_", 24
MAKE_KEY = "python -c \"import base64, secrets; print('whsec_' + base64.b64encode(secrets.token_bytes(32)).decode())\""


def key_problem(secret: str) -> str:
    """What is wrong with a key; "" for one that can be used."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(PREFIX) or len(key) < LEAST_BYTES:
        return f"must be {PREFIX} and at least {LEAST_BYTES} random bytes as base64; to make one: {MAKE_KEY}"
    return ""
