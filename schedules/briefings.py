"""Who gets a unit's post, and what it says: composed once for each audience, then frozen.

What is kept with a delivery (its payload) is everything a later try needs, so that a re-send, another replica
and the question "what did Monday's say?" give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol, cast

from bot.follows import Follow
from bot.store.channels import ChannelUnit
from bot.turn import PERSONAL, Audience, Reply
from kpi_engine.answer import DataStamp
from kpi_engine.engine import Unit, User
from kpi_engine.errors import PerfbotError
from kpi_engine.question import ALL, Question, UnitRef
from kpi_engine.sent import figures_in

MANAGERS = frozenset({"team_manager", "service_manager", "assistant_director", "director"})
"""The roles of local_users that get the posts of their own unit."""


class Composer(Protocol):
    """Whoever writes a briefing; the product's one is `bot.assistant.Assistant`."""

    async def briefing(
        self, unit_id: str, person_id: str | None, audience: Audience, *, conversation_id: str
    ) -> Reply:
        """The unit's briefing under the person's rights, or, without a person, under the channel's unit.

        conversation_id: where it will be shown, for the record of answers.
        """
        ...

    async def post(
        self, question: Question, person_id: str | None, audience: Audience, *, conversation_id: str
    ) -> Reply:
        """The answer to another post's question, under the same rights."""
        ...

    async def stands(self, follow: Follow, person_id: str) -> bool | None:
        """Whether what a person follows has crossed, under their rights; None where nobody can tell."""
        ...

    async def alert(self, follow: Follow, person_id: str, *, is_over: bool, conversation_id: str) -> Reply:
        """What the person is told of it."""
        ...


class Directory(Protocol):
    """The people and units of the open extract; `kpi_engine.engine.Engine` is one."""

    @property
    def users(self) -> Mapping[str, User]: ...

    @property
    def units(self) -> Mapping[str, Unit]: ...

    @property
    def as_at(self) -> date: ...

    @property
    def stamp(self) -> DataStamp: ...


class CannotCompose(PerfbotError):
    """There is nothing to send yet; the message says why."""


@dataclass(frozen=True)
class Recipient:
    """A person (id = Entra object id) or a channel (id = conversation id), and who reads there."""

    id: str
    audience: Audience

    @property
    def person_id(self) -> str | None:
        return self.id if self.audience.kind == "personal" else None


@dataclass(frozen=True)
class Payload:
    """What is kept with a delivery. reply None: it could not be composed."""

    unit: UnitRef
    audience: Audience
    reply: Reply | None

    def to_json(self) -> dict[str, Any]:
        reply = self.reply
        return {
            "unit": self.unit.to_json(),
            "audience": self.audience.kind,
            "outsiders": self.audience.outsiders,
            "reply": {"text": reply.text, "card": reply.card, "answer": dict(reply.answer)}
            if reply
            else None,
        }

    @property
    def figures(self) -> dict[str, Any] | None:
        """The numbers that the reply tells, with the extract they are from; None where it tells none."""
        answer = self.reply.answer if self.reply else {}
        told = figures_in(answer)
        if not told:
            return None
        return {"extract": answer["data"]["extract"], "figures": [each.to_json() for each in told]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Payload:
        unit = UnitRef(value["unit"]["kind"], value["unit"]["id"])
        kind = cast(Literal["personal", "channel", "group"], value["audience"])
        reply = value["reply"]
        return cls(
            unit=unit,
            audience=PERSONAL if kind == "personal" else Audience(kind, unit, value.get("outsiders", "")),
            reply=Reply(reply["text"], reply["answer"], reply["card"]) if reply else None,
        )


def recipients(directory: Directory, channels: Iterable[ChannelUnit]) -> dict[str, list[Recipient]]:
    """By unit id: its managers, each for themselves, then its channels. A unit with nobody is not in it."""
    found: dict[str, list[Recipient]] = {}
    for user in sorted(directory.users.values(), key=lambda user: user.user_id):
        if user.active and user.role in MANAGERS:
            found.setdefault(user.unit_id or ALL, []).append(Recipient(user.user_id, PERSONAL))
    for channel in channels:
        recipient = Recipient(channel.conversation_id, Audience("channel", channel.unit))
        found.setdefault(channel.unit.id, []).append(recipient)
    return found


async def compose(
    composer: Composer, unit_id: str, recipient: Recipient, question: Question | None = None
) -> Reply:
    """The briefing, or the answer to the post's own question, for this audience. Raises CannotCompose with the
    reason when there is none to send."""
    person_id, audience = recipient.person_id, recipient.audience
    try:
        if question is None:
            reply = await composer.briefing(unit_id, person_id, audience, conversation_id=recipient.id)
        else:
            reply = await composer.post(question, person_id, audience, conversation_id=recipient.id)
    except PerfbotError as error:
        raise CannotCompose(str(error)) from None
    if reply.answer.get("outcome", "answered") != "answered":
        raise CannotCompose(reply.text)
    return reply
