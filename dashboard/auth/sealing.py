"""Sealing what the store keeps by the server's own key, which is in no store and no backup."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from flask import current_app
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_HEAD: Final = {"alg": "dir", "enc": "A256GCM"}


@dataclass(frozen=True)
class ServerKey:
    """Seals by a key that is made of the one that signs cookies."""

    key: OctKey

    def seal(self, secret: str) -> str:
        """The secret as it is stored."""
        return jwe.encrypt_compact(_HEAD, secret.encode(), self.key)

    def unseal(self, sealed: str) -> str | None:
        """What was sealed; None where it was by another key."""
        try:
            opened = jwe.decrypt_compact(sealed, self.key)
        except (JoseError, ValueError):
            return None
        return None if opened.plaintext is None else opened.plaintext.decode()


def server_key() -> ServerKey:
    """The key of the server that is answering this request."""
    secret = current_app.secret_key
    signing = secret if isinstance(secret, bytes) else str(secret).encode()
    return ServerKey(OctKey.import_key(sha256(b"second factor" + signing).digest()))
