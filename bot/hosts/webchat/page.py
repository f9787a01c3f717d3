"""The page around Web Chat: who asks, where, and the conversation. Everything comes from this server."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable
from html import escape
from importlib.resources import files
from itertools import groupby
from string import Template

from aiohttp import web

from bot.hosts.local import (
    GROUP_PLACE,
    PERSONAL_PLACE,
    ROLES,
    Directory,
    role_in_words,
    unit_in_words,
)
from kpi_engine.engine import Unit, User

FOLDER = files("bot.hosts.webchat")
UNIT_KINDS = {
    "team": "A team's channel",
    "service": "A service's channel",
    "authority": "The authority's channel",
}
EMPTY_STYLE = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
"""Web Chat adds one style element that is empty and carries no nonce: this is the hash of nothing."""
NO_WEB_CHAT = (
    "Web Chat is not on this machine. Run <code>make webchat</code> (it needs npm) and start again, or use "
    "<code>perfbot chat</code> in the terminal: it does the same job."
)


class Page:
    """The page and its files. `script` = Web Chat's own file, None when it has not been fetched."""

    def __init__(self, directory: Directory, script: bytes | None) -> None:
        self._directory = directory
        self._script = script
        self._template = Template(FOLDER.joinpath("page.html").read_text(encoding="utf-8"))
        self._integrity = "sha256-" + base64.b64encode(hashlib.sha256(script or b"").digest()).decode()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.page),
            web.get("/page.css", self.style),
            web.get("/page.js", self.code),
            web.get("/webchat.js", self.web_chat),
        ]

    async def page(self, request: web.Request) -> web.Response:
        nonce = secrets.token_urlsafe(16)
        html = self._template.substitute(
            nonce=nonce,
            people=people_options(self._directory),
            places=place_options(self._directory),
            conversation=self._conversation_part(),
        )
        return web.Response(
            text=html,
            content_type="text/html",
            headers={
                "Content-Security-Policy": content_security_policy(nonce, request.host),
                "Cache-Control": "no-store",
            },
        )

    async def style(self, _: web.Request) -> web.Response:
        return own_file("page.css", "text/css")

    async def code(self, _: web.Request) -> web.Response:
        return own_file("page.js", "text/javascript")

    async def web_chat(self, _: web.Request) -> web.Response:
        if self._script is None:
            raise web.HTTPNotFound(text="Web Chat is not on this machine.")
        return web.Response(body=self._script, content_type="text/javascript", charset="utf-8")

    def _conversation_part(self) -> str:
        if self._script is None:
            return f'<p class="missing">{NO_WEB_CHAT}</p>'
        return (
            f'<script src="/webchat.js" integrity="{self._integrity}" defer></script>\n'
            '<script src="/page.js" defer></script>'
        )


def own_file(name: str, content_type: str) -> web.Response:
    return web.Response(
        text=FOLDER.joinpath(name).read_text(encoding="utf-8"),
        content_type=content_type,
        headers={"Cache-Control": "no-cache"},
    )


def content_security_policy(nonce: str, host: str) -> str:
    """Nothing from outside, no inline script; styles that Web Chat writes itself carry the nonce."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}' '{EMPTY_STYLE}'",
            "img-src 'self' data: blob:",
            f"connect-src 'self' ws://{host}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def people_options(directory: Directory) -> str:
    """Every user as an option, by role from the nearest to the child outwards, then by unit; those who left last."""
    order = {role: place for place, role in enumerate(ROLES)}

    def group(user: User) -> tuple[bool, int, str]:
        return (not user.active, order.get(user.role, len(order)), user.role)

    def title(user: User) -> str:
        return role_in_words(user.role) if user.active else "No longer active"

    people = sorted(directory.users.values(), key=lambda u: (*group(u), u.unit_id or "", u.name, u.user_id))
    return "\n".join(
        options(label, ((u.user_id, f"{u.name}, {unit_in_words(directory, u.unit_id)}") for u in members))
        for label, members in groupby(people, key=title)
    )


def place_options(directory: Directory) -> str:
    """The personal chat first, then each unit's channel, then a group chat that belongs to no unit."""

    def titled(kind: str) -> Iterable[Unit]:
        return sorted((u for u in directory.units.values() if u.kind == kind), key=lambda u: (u.name, u.id))

    first = options("A private chat", [(PERSONAL_PLACE, "Personal chat")])
    channels = [options(label, ((u.id, u.name) for u in titled(kind))) for kind, label in UNIT_KINDS.items()]
    last = options("A group chat", [(GROUP_PLACE, "Group chat of no unit")])
    return "\n".join([first, *channels, last])


def options(label: str, values: Iterable[tuple[str, str]]) -> str:
    """One <optgroup> of a <select>."""
    lines = "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in values)
    return f'<optgroup label="{escape(label)}">{lines}</optgroup>'
