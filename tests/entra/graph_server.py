"""Entra and Microsoft Graph as far as the bot asks them, in the schema they answer in, over HTTPS.

Sign-in: `/{tenant}/v2.0/.well-known/openid-configuration` and `/{tenant}/oauth2/v2.0/token` (client credentials).
Graph: `/v1.0/groups/{id}/transitiveMembers` with `value`, `@odata.type` and `@odata.nextLink`.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

TENANT = "22222222-2222-2222-2222-222222222222"
SECRET = "the secret"
PAGE = 2


def person(number: int, name: str = "", **changed: Any) -> dict[str, Any]:
    """A user as Graph writes one; ids come back in whatever case they were made in."""
    made = {
        "@odata.type": "#microsoft.graph.user", "id": f"aaaaaaaa-0000-0000-0000-{number:012d}",
        "displayName": name or f"Person {number}", "accountEnabled": True, "userType": "Member",
    }  # fmt: skip
    return made | changed


class GraphServer:
    """groups: members by group id; a member {"group": id} is a nested group.

    answers: (status, headers) given to the next Graph requests instead of a page.
    """

    def __init__(self) -> None:
        self.groups: dict[str, list[dict[str, Any]]] = {}
        self.answers: deque[tuple[int, dict[str, str]]] = deque()
        self.down: int | None = None
        self.next_host = ""
        self.asked: list[str] = []
        self.signed_in = 0
        self.good_token = "token-1"
        app = web.Application()
        app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", self._discovery)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._token)
        app.router.add_get("/v1.0/groups/{group}/transitiveMembers", self._members)
        self._server = TestServer(app)

    async def start(self, folder: Path) -> Path:
        """Serves on this machine; gives the certificate that clients must trust."""
        certificate, key = _certificate(folder)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        await self._server.start_server(ssl=context)
        return certificate

    async def close(self) -> None:
        await self._server.close()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._server.port}"

    async def _discovery(self, request: web.Request) -> web.Response:
        base = f"{self.url}/{request.match_info['tenant']}"
        return web.json_response({
            "issuer": f"{base}/v2.0", "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        })  # fmt: skip

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.signed_in += 1
        if form["client_secret"] != SECRET or form["grant_type"] != "client_credentials":
            return web.json_response({"error": "invalid_client", "error_description": "no"}, status=401)
        assert form["scope"] == f"{self.url}/.default"
        self.good_token = f"token-{self.signed_in}"
        return web.json_response(
            {"token_type": "Bearer", "expires_in": 3599, "access_token": self.good_token}
        )

    async def _members(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        if self.down is not None:
            return web.json_response({"error": {"code": "x"}}, status=self.down)
        if self.answers:
            status, headers = self.answers.popleft()
            return web.json_response({"error": {"code": "x"}}, status=status, headers=headers)
        if request.headers.get("Authorization") != f"Bearer {self.good_token}":
            return web.json_response({"error": {"code": "InvalidAuthenticationToken"}}, status=401)
        group = request.match_info["group"]
        if group not in self.groups:
            return web.json_response({"error": {"code": "Request_ResourceNotFound"}}, status=404)
        wanted = request.query["$select"].split(",")
        every = [_selected(each, wanted) for each in self._unfolded(group, set())]
        first = int(request.query.get("$skiptoken", "0"))
        page: dict[str, Any] = {"@odata.context": f"{self.url}/v1.0/$metadata#directoryObjects",
                                "value": every[first : first + PAGE]}  # fmt: skip
        if first + PAGE < len(every):
            host = self.next_host or self.url
            page["@odata.nextLink"] = (
                f"{host}/v1.0/groups/{group}/transitiveMembers?$select={','.join(wanted)}&$skiptoken={first + PAGE}"
            )
        return web.json_response(page)

    def _unfolded(self, group: str, seen: set[str]) -> list[dict[str, Any]]:
        """The group's members and those of the groups in it, each once."""
        found: list[dict[str, Any]] = []
        for each in self.groups[group]:
            if "group" not in each:
                found.append(each)
            elif each["group"] not in seen:
                seen.add(each["group"])
                found.append(
                    {"@odata.type": "#microsoft.graph.group", "id": each["group"], "displayName": "nested"}
                )
                found += self._unfolded(each["group"], seen)
        return list({each["id"]: each for each in found}.values())


def _selected(each: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
    return {name: value for name, value in each.items() if name in wanted or name.startswith("@")}


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "graph for tests")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, secret = folder / "graph.pem", folder / "graph.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))  # fmt: skip
    return certificate, secret
