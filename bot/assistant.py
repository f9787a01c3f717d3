"""The assistant: a turn in, replies out. Every host (Teams, browser, terminal) and the command line use it.

One turn: who is it (rights on identity), what is said or pressed (understanding), may it be seen (rights),
what is the answer (engine), how is it said (wording, cards), what is kept (record, context). Reading and
arithmetic are pure and run beside the event loop, one turn at a time; only this module waits for the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from bot import audit, rights
from bot.cards import Client
from bot.deliveries import AGAIN_FOR, LOOK_BACK, LOST
from bot.dialogs import (
    answer_json,
    ask,
    belongs,
    break_glass,
    choices,
    clarify,
    deliveries,
    drill_down,
    follow,
    learning,
    past_posts,
    privately,
    subscribe,
    undo,
)
from bot.dialogs import corrections as restating
from bot.dialogs import kept as sent_before
from bot.dialogs.corrections import Correction
from bot.dialogs.room import Belonging, Order, Room, Said
from bot.engines import Engines
from bot.follows import Follow
from bot.memory import Memory
from bot.own_words import OwnWords, Words
from bot.pace import Pace
from bot.past import Past
from bot.restricted import Directors, Opened, RestrictedCases
from bot.seals import Seals
from bot.store.subscriptions import Subscription
from bot.store.unclear import UnclearQuestion
from bot.turn import PERSONAL, Audience, Reply, Turn
from bot.understanding.context import AnswerSummary, Context, advance
from bot.understanding.delivery_wishes import read_delivery_wish
from bot.understanding.follow_wishes import POINTS, FollowWish
from bot.understanding.kept_wishes import read_kept_wish
from bot.understanding.past_posts import PastPost
from bot.understanding.post_wishes import PostWish
from bot.understanding.reader import read
from bot.understanding.reading import Listener, Reading
from bot.understanding.vocabulary import Vocabulary
from bot.wording import Names, follows
from bot.wording.replies import read_as
from kpi_engine.answer import MeasureAnswer
from kpi_engine.answering.restated import Restatement, as_now, differs
from kpi_engine.engine import Engine
from kpi_engine.errors import NotPermitted, PerfbotError, Unknown
from kpi_engine.question import AUTHORITY, Question, Scope, UnitRef
from kpi_engine.sent import SentFigure
from kpi_engine.users import Users

AT_ONCE = 100
"""Figures compared in one go while nobody is answered."""
NO_WORDS = Words()
TIMETABLE = "timetable"
"""Who "asks" for a scheduled post that goes to a channel."""


class Unclear(Protocol):
    """Keeps questions that were not understood; the store's own keeps their words encrypted."""

    async def add(self, question: UnclearQuestion) -> None: ...


class SettingsWatch(Protocol):
    """Records changed settings before they count; `bot.settings_record.SettingsOnRecord` is the product's one."""

    async def look(self, users: Users, now: datetime) -> None: ...


class Channels(Protocol):
    """Keeps which unit a conversation belongs to; the store's own is `bot.store.channels.Channels`."""

    async def assign(self, conversation_id: str, unit: UnitRef, by: str, now: datetime) -> None: ...

    async def release(self, conversation_id: str) -> None: ...


class Desk(deliveries.Desk, sent_before.Sent, Protocol):
    """Where deliveries are kept; the store's own is `bot.store.briefings.Briefings`."""


class Assistant:
    """Answers turns from the current extract.

    unclear: where questions that could not be answered are kept (encrypted), to mend the vocabulary by.
    channels: where it is kept which unit a conversation belongs to; None where nobody can change that in chat.
    posts: where wishes about the scheduled posts are kept; None where nobody can change those in chat.
    desk: where deliveries are kept; None where nobody can see or settle them in chat.
    restricted, opened, directors: cases that few may see, who has opened one, and who is told of it.
    pace: how often one person is answered; None where only one asks.
    settings_record: records changed settings; None where nobody changes any.
    seals: seals the buttons of every card and refuses a press without one; None where nobody can forge
        (one process that shows its own cards).
    zone: where its people are: a choice is told back with its day.
    past: what was sent: asked about in chat, and said beside closed weeks; None where nothing was, or an older extract
        answers.
    as_at: the date asked from instead of the extract's own (`perfbot ask --at`).
    events: first and last day of what people call by name ("half term").
    own_words: what its managers call measures and teams; None where nobody has taught it any.
    case_link: address of a child's record in the case system with {child_id} in it, or None.
    clock: the time of posts that nobody asked for (aware).
    """

    def __init__(
        self,
        engines: Engines,
        memory: Memory,
        recorder: audit.Recorder,
        unclear: Unclear | None = None,
        *,
        channels: Channels | None = None,
        posts: subscribe.Posts | None = None,
        desk: Desk | None = None,
        restricted: RestrictedCases | None = None,
        opened: Opened | None = None,
        directors: Directors | None = None,
        pace: Pace | None = None,
        seals: Seals | None = None,
        settings_record: SettingsWatch | None = None,
        zone: ZoneInfo = ZoneInfo("Europe/London"),  # noqa: B008 - frozen, and the same for all
        past: Past | None = None,
        as_at: date | None = None,
        events: Mapping[str, tuple[date, date]] | None = None,
        case_link: str | None = None,
        own_words: OwnWords | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engines = engines
        self._memory = memory
        self._recorder = recorder
        self._unclear = unclear
        self._channels = channels
        self._posts = posts
        self._desk = desk
        self._restricted = restricted
        self._opened = opened
        self._directors = directors
        self._pace = pace
        self._seals = seals
        self._settings_record = settings_record
        self._zone = zone
        self._past = past
        self._as_at = as_at
        self._events = events or {}
        self._case_link = case_link
        self._own_words = own_words
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._vocabulary: tuple[Engine, Words, Vocabulary] | None = None

    async def warm(self) -> None:
        """Puts the words of the extract together, which the first message would wait for. For a process that goes on to
        serve."""
        async with self._one_at_a_time:
            await asyncio.to_thread(lambda: self._words_of(self._engines.current()))

    async def reply(self, turn: Turn) -> list[Reply]:
        """One reply, or two when the message held two questions; recorded before they are given back."""
        await self._prepare(turn.now)
        turn = replace(turn, person_id=rights.spelt(turn.person_id, self._engines.current()))
        if self._pace is not None and (sentence := self._pace.too_fast(turn.person_id, turn.now)):
            waits = Said(answer_json.in_words("", "not_permitted", sentence, None), "too_fast")
            await self._record(waits, turn.person_id, turn.conversation_id, turn.audience, turn.now)
            return self._replies([waits], turn.person_id, turn.audience, turn.now)
        talk = _talk_of(turn)
        context = await self._memory.load(turn.person_id, talk, turn.now)
        opened = await self._opened_by(turn.person_id, turn.now)
        wish = self._posts.wish_of(turn.text, turn.now) if self._posts and turn.text else None
        kept = await self._posts.wishes.all() if self._posts and wish else []
        about = await self._about_deliveries(turn)
        wanted = await self._wanted_again(turn)
        about_past = await self._past.prepare(turn.text, turn.now) if self._past else None
        async with self._one_at_a_time:
            said, after = await asyncio.to_thread(
                self._answer, turn, context, opened, wish, kept, about, wanted, about_past
            )
        for each in said:
            heard = PERSONAL if each.private else turn.audience
            await self._record(each, turn.person_id, turn.conversation_id, heard, turn.now)
            if self._unclear is not None and (doubt := each.doubt) is not None:
                await self._unclear.add(
                    UnclearQuestion(turn.now, turn.person_id, doubt.outcome, doubt.text, doubt.reading)
                )
            if each.opens is not None and self._directors is not None:
                users = self._engines.current().users
                who = f"{users[turn.person_id].name} ({turn.person_id})"
                await self._directors.tell(who, users.values(), turn.now)
            if each.belonging is not None:
                await self._give(each.belonging, turn)
            for changed in each.wishes:
                assert self._posts is not None
                await self._posts.wishes.set(changed)
            for order in each.orders:
                await self._follow_order(order, turn.now)
        await self._memory.save(turn.person_id, talk, after, turn.now, context)
        return self._replies(said, turn.person_id, turn.audience, turn.now)

    async def parse(self, person_id: str, audience: Audience, text: str) -> tuple[Reading, str]:
        """How a message is read, with nothing computed (`ask --parse`), and the same in one line ("" where it could
        not be read); what may not be offered here is left out. Raises NotPermitted for strangers.
        """
        await self._engines.renew()
        engine = self._engines.current()
        room = self._room(engine, rights.identify(person_id, engine), audience, Client())
        reading = await asyncio.to_thread(self._read, room, text, Context())
        line = (
            read_as(reading.question, room.names)
            if reading.outcome == "answered" and reading.question
            else ""
        )
        return clarify.for_here(reading, room), line

    async def briefing(
        self, unit_id: str, person_id: str | None, audience: Audience, *, at: date | None = None,
        conversation_id: str = audit.SERVER,
    ) -> Reply:  # fmt: skip
        """A unit's briefing for one person, or, without a person, for everybody in a channel (rights.md 5).

        Raises Unknown for a unit that the extract does not hold.
        """
        engine = self._engines.current()
        unit = engine.units.get(unit_id)
        if unit is None:
            raise Unknown(f"There is no unit {unit_id!r} in this extract.")
        question = Question("briefing", unit=unit.ref, as_at=at or self._as_at or engine.as_at)
        return await self.post(question, person_id, audience, conversation_id=conversation_id)

    async def contract(
        self, unit_id: str, person_id: str, audience: Audience, *, at: date | None = None
    ) -> Reply:
        """A managed service against its contract, for one person. Raises Unknown for a unit that the extract does not
        hold."""
        engine = self._engines.current()
        unit = engine.units.get(unit_id)
        if unit is None:
            raise Unknown(f"There is no unit {unit_id!r} in this extract.")
        question = Question("contract", unit=unit.ref, as_at=at or self._as_at or engine.as_at)
        return await self.post(question, person_id, audience, event="answer")

    async def post(
        self, question: Question, person_id: str | None, audience: Audience, *,
        conversation_id: str = audit.SERVER, event: str = "briefing",
    ) -> Reply:  # fmt: skip
        """The answer to a question that nobody asked just now, under the rights that a briefing has."""
        await self._prepare(self._clock())
        async with self._one_at_a_time:
            said = await asyncio.to_thread(self._say, question, person_id, audience, event)
        return await self._posted(said, person_id, audience, conversation_id)

    async def stands(self, follow: Follow, person_id: str) -> bool | None:
        """Whether what a person follows has crossed, under their rights of this moment; None where nobody can
        tell, or they may not know. Nothing is shown to anybody, so nothing is recorded."""
        await self._engines.renew()
        async with self._one_at_a_time:
            part = await asyncio.to_thread(self._figure, follow, person_id)
        return follow.holds(part) if part is not None else None

    async def alert(
        self, follow: Follow, person_id: str, *, is_over: bool, conversation_id: str = audit.SERVER
    ) -> Reply:
        """What a person is told of a measure that they follow: that it crossed or is back, and its number."""
        await self._prepare(self._clock())
        async with self._one_at_a_time:
            said = await asyncio.to_thread(self._alert, follow, person_id, is_over)
        return await self._posted(said, person_id, PERSONAL, conversation_id)

    async def _posted(
        self, said: Said, person_id: str | None, audience: Audience, conversation_id: str
    ) -> Reply:
        now = self._clock()
        await self._record(said, person_id or TIMETABLE, conversation_id, audience, now)
        return self._replies([said], person_id or TIMETABLE, audience, now)[0]

    async def _prepare(self, now: datetime) -> None:
        """Who may use the bot is fresh, and every setting that counts now is on record."""
        await self._engines.renew()
        if self._settings_record is not None:
            await self._settings_record.look(self._engines.current().users, now)

    @property
    def extract(self) -> str:
        """The id of the extract that answers now."""
        return self._engines.current().stamp.extract

    async def differing(self, told: Sequence[SentFigure]) -> set[SentFigure]:
        """Those figures that are other ones now. Numbers only; turns that wait are answered in between."""
        found: set[SentFigure] = set()
        for place in range(0, len(told), AT_ONCE):
            part = told[place : place + AT_ONCE]
            async with self._one_at_a_time:
                engine = self._engines.current()
                found |= await asyncio.to_thread(_differing, engine, part)
        return found

    async def restated(
        self, told: Sequence[SentFigure], before: Engine | None, person_id: str | None, audience: Audience
    ) -> list[Restatement]:
        """Of figures told from the extract `before` (None: no longer kept) those that are other ones now, with the rows
        that this person, or this channel, may see. Nothing is shown to anybody by it. Raises NotPermitted."""

        def work() -> list[Restatement]:
            room = self._room_of(person_id, audience)
            found = (room.engine.restated(each, before, room.scope) for each in told)
            return [each for each in found if each is not None]

        await self._engines.renew()
        async with self._one_at_a_time:
            return await asyncio.to_thread(work)

    async def correction(
        self, unit_id: str, corrections: Sequence[Correction], person_id: str | None, audience: Audience, *,
        conversation_id: str = audit.SERVER,
    ) -> Reply:  # fmt: skip
        """The correction notice of a unit for one person, or, without a person, for everybody in a channel. Raises
        NotPermitted for somebody who may not use the bot any more."""
        await self._prepare(self._clock())
        async with self._one_at_a_time:
            said = await asyncio.to_thread(
                lambda: restating.notice(self._room_of(person_id, audience), unit_id, corrections)
            )
        return await self._posted(said, person_id, audience, conversation_id)

    async def _give(self, belonging: Belonging, turn: Turn) -> None:
        """The conversation gets its unit, after that has been recorded."""
        assert self._channels is not None
        if belonging.unit is None:
            await self._channels.release(belonging.place_id)
        else:
            await self._channels.assign(belonging.place_id, belonging.unit, turn.person_id, turn.now)

    async def _about_deliveries(self, turn: Turn) -> deliveries.Asked | None:
        wish = read_delivery_wish(turn.text) if self._desk is not None and turn.text else None
        if self._desk is None or wish is None:
            return None
        return deliveries.Asked(wish, await self._desk.troubles(turn.now - LOOK_BACK))

    async def _wanted_again(self, turn: Turn) -> sent_before.Wanted | None:
        weeks_back = read_kept_wish(turn.text) if self._desk is not None and turn.text else None
        if self._desk is None or weeks_back is None:
            return None
        here = turn.person_id if turn.audience.kind == "personal" else turn.place_id or turn.conversation_id
        return sent_before.Wanted(weeks_back, await self._desk.of(here, sent_before.BRIEFING))

    async def _follow_order(self, order: Order, now: datetime) -> None:
        assert self._desk is not None
        if order.what == "again":
            await self._desk.reopen(order.delivery_id, now=now, until=now + AGAIN_FOR)
        elif order.what == "arrived":
            await self._desk.settle_unknown(order.delivery_id, "sent", None, now)
        else:
            await self._desk.settle_unknown(order.delivery_id, "failed", LOST, now)

    async def _opened_by(self, person_id: str, now: datetime) -> frozenset[str]:
        """Restricted cases that this person may see for now."""
        if self._opened is None or self._restricted is None or not self._restricted.any():
            return frozenset()
        return await self._opened.opened(person_id, now)

    # What follows is pure: no store, no clock -----------------------------------------------------------

    def _answer(
        self,
        turn: Turn,
        context: Context,
        opened: frozenset[str],
        wish: PostWish | FollowWish | None,
        kept: list[Subscription],
        about: deliveries.Asked | None,
        wanted: sent_before.Wanted | None,
        about_past: PastPost | None,
    ) -> tuple[list[Said], Context]:
        engine = self._engines.current()
        try:
            person = rights.identify(turn.person_id, engine)
        except NotPermitted as error:
            return [_stranger(turn.text or "", error)], context
        honest = self._honest(turn)
        room = self._room(engine, person, turn.audience, Client.of(honest or turn), opened)
        room = replace(room, told=self._past.told) if self._past else room
        if honest is None:
            return [drill_down.not_ours(room)], context
        turn = honest
        if turn.action is not None:
            first, *rest = self._press(room, turn, opened, context)
            first = learning.pressed(room, turn.action, first, context)
            return [first, *rest], _after(context, first, self._day(turn))
        private = privately.wished(room, turn.text or "", context)
        if private is not None:
            return privately.send(room, self._alone(room, opened), turn.text or "", private), context
        place_id = turn.place_id if self._channels is not None else ""
        about_here = belongs.hear(room, turn.text or "", place_id, self._words_of(engine))
        if about_here is None and wish is not None and self._posts is not None:
            about_here = self._wished(room, turn, context, wish, kept, self._posts.zone)
        if about_here is None and about is not None:
            about_here = deliveries.hear(room, turn.text or "", about)
        if about_here is None and wanted is not None:
            about_here = sent_before.hear(room, turn.text or "", wanted)
        if about_here is None and about_past is not None and room.told is not None:
            about_here = past_posts.hear(room, turn.text or "", about_past, room.told, self._words_of(engine))
        order = about_here or break_glass.hear(room, turn.text or "")
        order = order or choices.hear(room, turn.text or "", context.choices)
        if order is not None:
            return [order], replace(context, choices={}) if order.forgets else context
        return self._hear(room, turn.text or "", context, self._day(turn))

    def _wished(
        self, room: Room, turn: Turn, context: Context, wish: PostWish | FollowWish, kept: list[Subscription],
        zone: ZoneInfo,
    ) -> Said | None:  # fmt: skip
        """A change of what is posted or followed; None where the words meant the conversation."""
        text = turn.text or ""
        if isinstance(wish, PostWish):
            return subscribe.hear(room, text, wish, kept, turn.now, zone)
        if wish.what == "undo":
            return undo.hear(room, text, kept, turn.now)
        if wish.about.casefold() in POINTS and context.question is not None:
            reading = Reading("answered", context.question, said=context.said)
        else:
            reading = self._read(room, wish.about, Context()) if wish.about else Reading("not_understood")
        return follow.hear(room, text, wish, kept, turn.now, reading)

    def _honest(self, turn: Turn) -> Turn | None:
        """The turn with what its button carries made readable; None for a press that is not ours."""
        if turn.action is None or self._seals is None:
            return turn
        action = self._seals.opened(turn.action, turn.person_id, turn.audience, turn.now)
        return replace(turn, action=action) if action is not None else None

    def _press(self, room: Room, turn: Turn, opened: frozenset[str], context: Context) -> list[Said]:
        action = turn.action or {}
        private = drill_down.private_question(action, room) if turn.sends_privately else None
        if private is not None:
            return privately.send(room, self._alone(room, opened), "", private)
        return [drill_down.press(room, action, context)]

    def _alone(self, room: Room, opened: frozenset[str]) -> Room:
        """The same person in their own chat."""
        client = replace(room.client, before=(), page=0)
        return self._room(room.engine, room.person, PERSONAL, client, opened)

    def _day(self, turn: Turn) -> date:
        """The day of a turn where its people are."""
        return turn.now.astimezone(self._zone).date()

    def _hear(self, room: Room, text: str, context: Context, on: date) -> tuple[list[Said], Context]:
        reading = self._read(room, text, context)
        first = learning.heard(room, text, ask.hear(room, text, replace(reading, also=None)), context)
        context = _after(context, first, on)
        if reading.note:
            first = first.adding(reading.note)
        if reading.also is None:
            return [first], context
        second = learning.heard(room, text, ask.hear(room, text, reading.also), context)
        return [first, second], _after(context, second, on)

    def _read(self, room: Room, text: str, context: Context) -> Reading:
        listener = Listener(room.person.unit, _default_unit(room), row_units=room.scope.child_units)
        engine, known = room.engine, rights.child_known_to(room.person, room.scope, room.engine)
        vocabulary = replace(
            self._words_of(engine), knows_child=known,
            child_team=lambda child, on: engine.child_team(child, on) if known(child) else None,
        )  # fmt: skip
        return read(text, listener, vocabulary, context, as_at=room.as_at)

    def _say(self, question: Question, person_id: str | None, audience: Audience, event: str) -> Said:
        try:
            room = self._room_of(person_id, audience)
        except NotPermitted as error:
            return _stranger("", error)
        return ask.answer(room, "", question, event=event)

    def _room_of(self, person_id: str | None, audience: Audience) -> Room:
        """The room of what nobody asked for just now: a person's, or, without one, a channel's. Raises NotPermitted."""
        engine, client = self._engines.current(), Client()
        if person_id is None:
            return self._channel_room(engine, audience, client)
        return self._room(engine, rights.identify(person_id, engine), audience, client)

    def _figure(self, follow: Follow, person_id: str) -> MeasureAnswer | None:
        engine = self._engines.current()
        try:
            room = self._room(engine, rights.identify(person_id, engine), PERSONAL, Client())
            question = follow.question(room.as_at)
            rights.check_can_ask(question, room.scope, engine)
            return engine.ask(question, room.scope).answers[0]
        except PerfbotError:
            return None

    def _alert(self, follow: Follow, person_id: str, is_over: bool) -> Said:
        engine = self._engines.current()
        try:
            room = self._room(engine, rights.identify(person_id, engine), PERSONAL, Client())
        except NotPermitted as error:
            return _stranger("", error)
        note = f"{follows.crossed(follow, room.names, is_over=is_over)} {follows.BECAUSE}"
        return ask.answer(room, "", follow.question(room.as_at), event="alert", note=note)

    def _room(
        self, engine: Engine, person: rights.Person, audience: Audience, client: Client,
        opened: frozenset[str] = frozenset(),
    ) -> Room:  # fmt: skip
        scope = self._restricting(rights.scope_for(person, audience, engine), person.id, audience, opened)
        names = Names.of(engine, scope, self._case_link)
        return Room(engine, person, audience, scope, self._as_at or engine.as_at, names, client)

    def _channel_room(self, engine: Engine, audience: Audience, client: Client) -> Room:
        """The room of a post that nobody asked for: the whole channel listens."""
        scope = self._restricting(rights.scope_for_channel(audience, engine), None, audience)
        nobody = rights.Person(TIMETABLE, TIMETABLE, "", audience.unit or AUTHORITY)
        names = Names.of(engine, scope, self._case_link)
        return Room(engine, nobody, audience, scope, self._as_at or engine.as_at, names, client)

    def _restricting(
        self, scope: Scope, person_id: str | None, audience: Audience, opened: frozenset[str] = frozenset()
    ) -> Scope:
        if self._restricted is None:
            return scope
        return replace(scope, restricted=self._restricted.hidden_from(person_id, audience, opened))

    def _words_of(self, engine: Engine) -> Vocabulary:
        """The vocabulary of the extract and of the authority's own words, made anew when either changes."""
        words = self._own_words.current() if self._own_words else NO_WORDS
        kept = self._vocabulary
        if kept is None or kept[0] is not engine or kept[1] is not words:
            made = Vocabulary.build(
                engine, nicknames=words.teams, synonyms=words.in_our_words(), events=self._events
            )
            self._vocabulary = kept = (engine, words, made)
        return kept[2]

    def _replies(self, said: list[Said], person_id: str, audience: Audience, now: datetime) -> list[Reply]:
        """As many replies as were said; the first one's JSON holds the second's under `also`."""
        replies = []
        for each in said:
            card = each.card
            if each.again is not None:
                replies.append(Reply(each.again, each.json, card))
                continue
            if card is not None and self._seals is not None:
                card = self._seals.seal(card, person_id, PERSONAL if each.private else audience, now)
            replies.append(Reply(each.text, each.json, card, each.replaces, each.private))
        if len(said) > 1 and not said[1].private:
            replies[0] = replace(replies[0], answer=answer_json.with_also(said[0].json, said[1].json))
        return replies

    async def _record(
        self, said: Said, person_id: str, conversation_id: str, audience: Audience, at: datetime
    ) -> None:
        asked = said.done or (said.asked.to_json() if said.asked else None)
        if asked and said.reading is not None and said.reading.remembered:
            asked = {**asked, "remembered": True}  # a choice made earlier decided what was meant
        if asked and said.reading is not None and said.reading.settles:
            asked = {**asked, "chosen": True}  # this turn chose, for the next time as well
        await self._recorder.keep(
            audit.entry(
                at=at,
                person_id=person_id,
                channel=conversation_id,
                audience=audience,
                event=said.event,
                answer=said.json,
                asked=asked,
                opens=said.opens,
            )
        )


def _after(context: Context, said: Said, on: date) -> Context:
    """What the next turn may point back at. A press that opened nothing leaves everything in place."""
    if said.reading is None:
        return context
    rows = []
    if said.asked is not None and said.asked.show != "why":  # one child's story is no list to point into
        parts = said.json["answers"]
        rows = [row for part in parts for row in (*part.get("rows", ()), *part.get("came_on", ()))]
        rows += (said.json.get("briefing") or {}).get("longest_overdue") or ()
    seen = [row for row in rows if row.get("child_id")]
    children = tuple(row["child_id"] for row in seen)
    workers = tuple(row.get("worker_id") for row in seen)
    text = str(said.json["question"])
    return advance(context, said.reading, AnswerSummary(said.outcome, children, workers, text, on))


def _differing(engine: Engine, told: Sequence[SentFigure]) -> set[SentFigure]:
    return {one for one in told if differs(one, as_now(engine, one))}


def _talk_of(turn: Turn) -> str:
    """What a context belongs to: the conversation as those who listen in it now. What was talked about in private,
    while a channel was another unit's, or before a guest came, is not pointed back at before others."""
    audience = turn.audience
    if audience.kind == "personal":
        return turn.conversation_id
    listeners = f"{audience.kind} {audit.audience_name(audience)}{audit.OUTSIDERS[audience.outsiders]}"
    return f"{turn.conversation_id}|{listeners}"


def _default_unit(room: Room) -> UnitRef:
    """The unit meant when none is said: the conversation's where it has one, else the asker's."""
    return room.audience.unit if room.audience.unit is not None else room.person.unit


def _stranger(text: str, error: NotPermitted) -> Said:
    """Nothing is read, nothing computed; not even the data's date is said."""
    return Said(answer_json.in_words(text, "not_permitted", str(error), None), "refusal")
