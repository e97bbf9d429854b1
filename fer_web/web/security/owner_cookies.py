"""Whose browser it is: a signed cookie that says nothing but a random number, for what is kept to belong to it."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from threading import Lock

from itsdangerous import BadSignature, Signer

from fer_web.store import telling_of_files

FILE = "owner-secret"
COOKIE = "fer_owner"
COOKIE_AGE_S = 400 * 24 * 3600  # the longest that browsers keep one; each page that is opened begins it anew
SECRET_BYTES, OWNER_BYTES = 32, 16


class OwnerCookies:
    """Makes and reads such cookies, with a secret in a file that all servers of a data folder share.

    The file is made for the first cookie. Any thread may ask; one lock guards the secret.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._secret: bytes | None = None
        self._lock = Lock()

    def new_owner(self) -> str:
        """One that nobody has and nobody can guess."""
        return secrets.token_hex(OWNER_BYTES)

    def cookie_of(self, owner: str) -> str:
        """The cookie's value; StoreError when the secret can be neither read nor made."""
        return self._signer(self._made()).sign(owner.encode()).decode()

    def owner_of(self, value: str) -> str:
        """Whose cookie it is; "" when it is none of ours."""
        secret = self._found() if value else None
        if secret is None:
            return ""
        try:
            return self._signer(secret).unsign(value).decode()
        except (BadSignature, UnicodeError):
            return ""

    def _signer(self, secret: bytes) -> Signer:
        return Signer(secret, salt="fer_web.owner", digest_method=hashlib.sha256)

    def _found(self) -> bytes | None:
        with self._lock:
            if self._secret is None:
                try:
                    self._secret = self._path.read_bytes() or None
                except OSError:
                    return None
            return self._secret

    def _made(self) -> bytes:
        """The secret that there is, or a new one: the first server's, when several make one at once."""
        found = self._found()
        if found is not None:
            return found
        with telling_of_files(self._path.parent):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = self._path.with_name(f"{self._path.name}-{secrets.token_hex(8)}")
            try:
                with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(secrets.token_bytes(SECRET_BYTES))
                    file.flush()
                    os.fsync(file.fileno())
                _publish(draft, self._path)
            finally:
                draft.unlink(missing_ok=True)
            with self._lock:
                self._secret = self._path.read_bytes()
                return self._secret


def _publish(draft: Path, path: Path) -> None:
    """Give a complete file its name, unless another one has that already."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return
