"""An OpenID Connect provider on loopback, of Authlib's own server parts; it can be told to lie."""

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Self

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from flask import Flask, Response, jsonify, redirect, request
from joserfc.jwk import RSAKey
from werkzeug.serving import BaseWSGIServer, make_server

CLIENT, SECRET = "classpulse", "only the two of us"


class Client:
    """The one client this provider knows."""

    client_id = CLIENT

    def __init__(self, provider: "FakeSchool") -> None:
        self._provider = provider

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return ""

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, uri: str) -> bool:
        return uri.endswith("/signin/school/return")

    def check_client_secret(self, secret: str) -> bool:
        return secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code:
    """One authorization code and what it was asked with."""

    user: Any
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    made: float = field(default_factory=time.time)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.made)

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class FakeSchool:
    """The provider: who is signed in there, and how it lies."""

    claims: dict[str, Any] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)
    """claims of the ID token that are not what they should be"""
    metadata: dict[str, Any] = field(default_factory=dict)
    other_key: bool = False
    forge: Callable[[str], str] | None = None
    """makes another ID token of the true one"""
    codes: dict[str, Code] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    left: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.forged = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self._tokens: dict[str, Any] = {}

    @classmethod
    def open(cls) -> Self:
        made = cls()
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        made.server = make_server("127.0.0.1", 0, made._app(), threaded=True)
        made.thread = threading.Thread(target=made.server.serve_forever, daemon=True)
        made.thread.start()
        return made

    server: BaseWSGIServer = field(init=False)
    thread: threading.Thread = field(init=False)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(timeout=10)

    def _app(self) -> Flask:
        school, app = self, Flask("provider")
        known = Client(self)

        def keep(token: dict[str, Any], asked: Any) -> None:
            school._tokens[token["access_token"]] = asked.user

        server = AuthorizationServer(
            app, query_client=lambda name: known if name == CLIENT else None, save_token=keep
        )

        server.register_grant(*self._code_grant())
        self._add_routes(app, server)
        return app

    def _code_grant(self) -> Any:  # noqa: C901 - what Authlib wants to be told, side by side
        school = self

        class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
            TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]  # noqa: RUF012

            def save_authorization_code(self, code: str, asked: Any) -> None:
                data = asked.payload.data
                school.codes[code] = Code(
                    asked.user,
                    asked.payload.redirect_uri,
                    asked.payload.scope,
                    data.get("nonce"),
                    data.get("code_challenge"),
                    data.get("code_challenge_method"),
                )

            def query_authorization_code(self, code: str, client: Any) -> Code | None:
                return school.codes.get(code)

            def delete_authorization_code(self, authorization_code: Code) -> None:
                for code in [c for c, one in school.codes.items() if one is authorization_code]:
                    del school.codes[code]

            def authenticate_user(self, authorization_code: Code) -> Any:
                return authorization_code.user

        class Identity(OpenIDCode):  # type: ignore[misc]
            def exists_nonce(self, nonce: str, asked: Any) -> bool:
                return any(code.nonce == nonce for code in school.codes.values())

            def resolve_client_private_key(self, client: Any) -> Any:
                return school.forged if school.other_key else school.key

            def get_client_claims(self, client: Any) -> dict[str, Any]:
                return {"iss": school.issuer}

            def get_encode_header(self, client: Any) -> dict[str, Any]:
                return {"alg": "RS256", "kid": "one"}

            def generate_user_info(self, user: Any, scope: str) -> Any:
                return UserInfo({**user.claims, **school.lies})

        return Grant, [Identity(require_nonce=True), CodeChallenge(required=True)]

    def _add_routes(self, app: Flask, server: Any) -> None:
        school = self

        @app.get("/.well-known/openid-configuration")
        def configuration() -> Response:
            here = school.issuer
            return jsonify(
                {
                    "issuer": here,
                    "authorization_endpoint": f"{here}/authorize",
                    "token_endpoint": f"{here}/token",
                    "userinfo_endpoint": f"{here}/userinfo",
                    "jwks_uri": f"{here}/keys",
                    "end_session_endpoint": f"{here}/leave",
                    "response_types_supported": ["code"],
                    "id_token_signing_alg_values_supported": ["RS256", "none"],
                    **school.metadata,
                }
            )

        @app.get("/keys")
        def keys() -> Response:
            return jsonify({"keys": [school.key.as_dict(private=False)]})

        @app.get("/authorize")
        def authorize() -> Any:
            school.asked.append(request.args.to_dict())
            user = SimpleNamespace(claims=dict(school.claims))
            grant = server.get_consent_grant(end_user=user)
            return server.create_authorization_response(grant_user=user, grant=grant)

        @app.post("/token")
        def token() -> Any:
            answer = server.create_token_response()
            if school.forge is None:
                return answer
            told = answer.get_json()
            return jsonify({**told, "id_token": school.forge(told["id_token"])})

        @app.get("/userinfo")
        def userinfo() -> Response:
            bearer = request.headers["Authorization"].removeprefix("Bearer ")
            return Response(
                json.dumps({**school._tokens[bearer].claims, **school.lies.get("userinfo", {})}),
                content_type="application/json",
            )

        @app.get("/leave")
        def leave() -> Any:
            school.left.append(request.args.to_dict())
            return redirect(request.args["post_logout_redirect_uri"])
