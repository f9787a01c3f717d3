"""Who may see what (spec/rights.md). Every rule twice: `check_can_x` raises the sentence, `can_x` asks.

Rights come from the signed-in identity and the audience alone, never from words in a question. They are
worked out anew for every message and every pressed button, from the extract's local_users of that moment,
and handed to the engine as a Scope. This module decides what is refused before anything is computed; the
engine leaves out the rows of a question that is only partly permitted and names their units in `held_back`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from bot.turn import PERSONAL, Audience, Outsiders
from kpi_engine.answer import Answer, Row
from kpi_engine.engine import Engine
from kpi_engine.errors import NotPermitted
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import ALL, AUTHORITY, Question, Scope, UnitRef

STRANGER = (
    "I can only talk with people who are set up to use this service. "
    "Please ask the performance team to add you."
)
OTHER_CHILD = "I can't show you that child: I can only do that for a child held by your own unit."
NO_SUCH_CHILD = (
    "I can't show you that child: either there is none of that id in the data, or it is a restricted case. "
    "Check the id, or the date of the data."
)
"""For those who see every child that is not restricted."""
OTHER_ROWS = (
    "I can't list children or cases of {units}: lists are for the people of that unit. "
    "I can give you the number."
)
OTHER_WORKER = (
    "I can't show figures by named worker outside your own unit. I can give you the team's numbers."
)
STAFF_IN_CHANNEL = (
    "Named workers' supervision, appraisal and caseload are for the personal chat only. "
    "I can give the team's number here."
)
NOT_HERE = "I can't show that in this conversation, because not everybody here may see it."
LISTENING: dict[Outsiders, str] = {
    "some": "People from outside the authority are in this conversation, so it gets numbers only.",
    "unknown": "I can't find out at the moment who is in this conversation, so it gets numbers only.",
}
ASK_PERSONALLY = "Ask me in your personal chat with me and I will answer it there."
NOT_THE_MANAGER = (
    "Only the manager of {unit}, or somebody above, can say that this conversation belongs to it."
)

ROW_SHOWS = frozenset({"list", "why", "coming_up", "changes"})
"""Shows whose substance is rows: children, cases or named workers."""
COUNTED_SHOWS = frozenset({"coming_up", "changes"})
"""Of these, the ones that have a number beside their rows: how many fall due, how many came on and off."""
WORDS_SHOWS = frozenset({"explain", "help"})
"""Shows that carry no figure of anybody: a definition, or what can be asked."""
ROLES = ("team_manager", "service_manager", "assistant_director", "director", "analyst")


@dataclass(frozen=True)
class Person:
    """Somebody who may talk with the bot: an active row of local_users.

    unit: the own unit (`ALL` = the whole authority).
    also_sees: unit ids that widen child and worker level, or ALL.
    """

    id: str
    name: str
    role: str
    unit: UnitRef
    also_sees: frozenset[str] = frozenset()

    @property
    def sees_all(self) -> bool:
        """Whether child and worker level are open everywhere, rows that no team holds included."""
        return self.unit.id == ALL or ALL in self.also_sees


def identify(user_id: str, engine: Engine) -> Person:
    """The person behind a verified id; raises NotPermitted for an unknown or inactive one (rights.md 1)."""
    user = engine.users.get(user_id)
    if user is None:
        raise NotPermitted(engine.users.otherwise or STRANGER)
    if not user.active:
        raise NotPermitted(STRANGER)
    return Person(user.user_id, user.name, user.role, _own_unit(user.unit_id, engine), user.also_sees)


def is_known(user_id: str, engine: Engine) -> bool:
    """Whether the id is an active person's."""
    user = engine.users.get(user_id)
    return user is not None and user.active


def spelt(user_id: str, engine: Engine) -> str:
    """The id as the rows of people spell it: one person is one id in the record, whatever case Entra sends."""
    user = engine.users.get(user_id)
    return user.user_id if user is not None else user_id


def _own_unit(unit_id: str | None, engine: Engine) -> UnitRef:
    """The unit of local_users: empty = the authority. A unit that the extract does not hold stays as it is:
    nothing lies below it, so it opens no row."""
    if not unit_id:
        return AUTHORITY
    unit = engine.units.get(unit_id)
    return unit.ref if unit is not None else UnitRef("team", unit_id)


def scope_for(person: Person, audience: Audience, engine: Engine) -> Scope:
    """What the person and the audience together may see (rights.md 2 to 4).

    Personal chat: own unit, what lies below it, and what also_sees adds. A channel or group chat: of that,
    only what lies in the conversation's unit; one that belongs to no unit gets numbers only, and so does one in
    which guests listen, or in which nobody knows who does.
    """
    units = _units_of(person, engine)
    if audience.kind != "personal":
        units = _both(units, _units_of_conversation(audience, engine))
    return Scope(
        child_units=units, worker_units=units, own_units=units, staff_named=audience.kind == "personal"
    )


def scope_for_channel(audience: Audience, engine: Engine) -> Scope:
    """What a post that nobody asked for may show in a channel: the channel's unit (rights.md 5)."""
    units = _units_of_conversation(audience, engine)
    return Scope(child_units=units, worker_units=units, own_units=units)


def _units_of(person: Person, engine: Engine) -> frozenset[str] | None:
    if person.sees_all:
        return None
    return frozenset().union(*(engine.units_below(unit) for unit in {person.unit.id} | person.also_sees))


def _units_of_conversation(audience: Audience, engine: Engine) -> frozenset[str] | None:
    if audience.unit is None or audience.outsiders:
        return frozenset()
    return None if audience.unit.id == ALL else engine.units_below(audience.unit.id)


def _both(left: frozenset[str] | None, right: frozenset[str] | None) -> frozenset[str] | None:
    """The units in both sets, where None stands for all of them."""
    if left is None or right is None:
        return right if left is None else left
    return left & right


# One rule each, first raising, then asking ---------------------------------------------------------------


def check_can_see_rows(units: Iterable[str], scope: Scope, engine: Engine) -> None:
    """Rows of these units: refused when all of them lie wholly outside; partly outside is held back."""
    units = tuple(units)
    if not _overlap(units, scope.child_units, engine):
        raise NotPermitted(OTHER_ROWS.format(units=_names(units, engine)))


def can_see_rows(units: Iterable[str], scope: Scope, engine: Engine) -> bool:
    return _allows(lambda: check_can_see_rows(units, scope, engine))


def check_can_see_child(child_id: str, on: date, scope: Scope, engine: Engine) -> None:
    """One child's level on a day. An unknown child, another team's and a restricted one get the same words."""
    check_can_hold_child(child_id, on, scope, engine)
    nobody = engine.knows_child(child_id) is None and engine.child_team(child_id, on) is None
    if scope.restricts(child_id) or (nobody and scope.restricted):
        raise NotPermitted(no_such_child(scope))


def check_can_tell_no_child(scope: Scope) -> None:
    """Whether it may be said that the data hold no child of an id: not where that would tell it from a child that is
    another unit's, or restricted."""
    if scope.child_units is not None or scope.restricted:
        raise NotPermitted(no_such_child(scope))


def no_such_child(scope: Scope) -> str:
    """The words for a child that may not be shown, whatever the reason."""
    return OTHER_CHILD if scope.child_units is not None else NO_SUCH_CHILD


def child_known_to(person: Person, here: Scope, engine: Engine) -> Callable[[str], str | None]:
    """How a child's id is found in what this person says: as the extract spells it, or None.

    A child that they could not be shown on any day, in their own chat, is one that nobody knows. So no way of reading,
    refusing or following up tells the two apart.  here: its restricted cases are nobody's.
    """
    alone = scope_for(person, PERSONAL, engine).child_units

    def known(child_id: str) -> str | None:
        child = engine.knows_child(child_id)
        if child is None or here.restricts(child):
            return None
        return child if alone is None or alone & engine.child_teams(child) else None

    return known


def check_can_hold_child(child_id: str, on: date, scope: Scope, engine: Engine) -> None:
    """One child's level on a day but for restriction: who may open a restricted case."""
    if not scope.sees_children_of(engine.child_team(child_id, on)):
        raise NotPermitted(OTHER_CHILD)


def can_see_child(child_id: str, on: date, scope: Scope, engine: Engine) -> bool:
    return _allows(lambda: check_can_see_child(child_id, on, scope, engine))


def check_can_see_worker(worker_id: str, scope: Scope, engine: Engine) -> None:
    """Anything by this named worker; an unknown worker gets the same words as another team's."""
    worker = engine.workers.get(worker_id)
    if not scope.sees_workers_of(worker.team_id if worker else None):
        raise NotPermitted(OTHER_WORKER)


def can_see_worker(worker_id: str, scope: Scope, engine: Engine) -> bool:
    return _allows(lambda: check_can_see_worker(worker_id, scope, engine))


def check_can_compare_workers(units: Iterable[str], scope: Scope, engine: Engine) -> None:
    """Figures by named worker of these units: refused when they lie wholly outside."""
    if not _overlap(units, scope.worker_units, engine):
        raise NotPermitted(OTHER_WORKER)


def can_compare_workers(units: Iterable[str], scope: Scope, engine: Engine) -> bool:
    return _allows(lambda: check_can_compare_workers(units, scope, engine))


def check_can_see_named_staff(measures: Iterable[str], scope: Scope) -> None:
    """Supervision, appraisal and caseload by named worker: personal chat only. Refused when nothing else is
    asked; beside other measures the engine keeps their rows back."""
    slugs = tuple(measures)
    staff = [slug for slug in slugs if slug in CATALOGUE and CATALOGUE[slug].staff]
    if slugs and len(staff) == len(slugs) and not scope.staff_named:
        raise NotPermitted(STAFF_IN_CHANNEL)


def can_see_named_staff(measures: Iterable[str], scope: Scope) -> bool:
    return _allows(lambda: check_can_see_named_staff(measures, scope))


def check_can_ask(question: Question, scope: Scope, engine: Engine, *, rows_said: bool = True) -> None:
    """Whether the question may be computed at all under the scope; raises NotPermitted with the sentence.

    Numbers of any unit are open; a question of nothing but rows, or of named workers, outside it is not.
    rows_said: False where the words asked for no rows ("how many visits fall due in CSWT 2"): what falls due
    and what has changed is then a number of any unit, and the engine leaves its rows out.
    """
    if question.show in WORDS_SHOWS:
        return
    wants_rows = question.show in ROW_SHOWS and (rows_said or question.show not in COUNTED_SHOWS)
    if question.show == "why" and question.child is None:
        wants_rows = (
            False  # what moved a number is a number; the engine names workers only to those who may see them
        )
    if question.child is not None:
        check_can_see_child(question.child, question.as_at, scope, engine)
    if question.worker is not None:
        check_can_see_worker(question.worker, scope, engine)
    by_worker = question.by == "worker" or question.worker is not None
    if by_worker or wants_rows:
        check_can_see_named_staff(question.measures, scope)
    units = question.units or (question.unit.id,)
    if question.by == "worker":
        check_can_compare_workers(units, scope, engine)
    if wants_rows and question.child is None and question.worker is None:
        check_can_see_rows(units, scope, engine)


def can_ask(question: Question, scope: Scope, engine: Engine, *, rows_said: bool = True) -> bool:
    return _allows(lambda: check_can_ask(question, scope, engine, rows_said=rows_said))


def check_can_claim_conversation(person: Person, unit_id: str, engine: Engine) -> None:
    """Saying "this channel is CSWT 1's": for the unit's own people, or those of a unit above it. also_sees
    does not count: it widens what somebody reads, not what is theirs to give away."""
    if unit_id not in engine.units_below(person.unit.id):
        unit = engine.units.get(unit_id)
        raise NotPermitted(NOT_THE_MANAGER.format(unit=unit.name if unit else "that unit"))


def can_claim_conversation(person: Person, unit_id: str, engine: Engine) -> bool:
    return _allows(lambda: check_can_claim_conversation(person, unit_id, engine))


def refusal(
    error: NotPermitted,
    question: Question | None,
    person: Person,
    audience: Audience,
    scope: Scope,
    engine: Engine,
) -> str:
    """The sentence a refused person reads: where the personal chat would help, it says so instead.

    scope: what was refused under. A case restricted in it is nobody's to ask for privately, named viewers included:
    whoever else listens would learn from the offer that there is such a child.
    """
    if question is None or audience.kind == "personal":
        return str(error)
    if can_ask_privately(question, person, scope, engine):
        return f"{LISTENING.get(audience.outsiders, NOT_HERE)} {ASK_PERSONALLY}"
    return str(error)


def can_ask_privately(question: Question, person: Person, here: Scope, engine: Engine) -> bool:
    """Whether the question would be answered in the person's own chat, and may be known to be."""
    if question.child is not None and child_known_to(person, here, engine)(question.child) is None:
        return False
    alone = replace(scope_for(person, PERSONAL, engine), restricted=here.restricted)
    return can_ask(question, alone, engine)


def shows_nothing_outside(answer: Answer, scope: Scope) -> bool:
    """The second lock: whether every row of a finished answer lies inside the scope it was computed under."""
    return all(
        may_hold(row, scope) and not _names_staff(part.measure, row, scope)
        for part in answer.answers
        for rows in (part.rows, part.came_on, part.came_off)
        for row in rows or ()
    )


def _names_staff(slug: str, row: Row, scope: Scope) -> bool:
    return not scope.staff_named and CATALOGUE[slug].staff and row.get("worker_id") is not None


def may_hold(row: Row, scope: Scope) -> bool:
    """Whether an answer under this scope may hold the row: a child's, a case's or a worker's."""
    if scope.restricts(row.get("child_id")):
        return False
    if row.get("restricted"):
        return scope.sees_children_of(row.get("team_id"))
    if row.get("child_id") is not None or "clock" in row:
        return scope.sees_children_of(row.get("team_id"))
    if row.get("worker_id") is not None:
        return scope.sees_workers_of(row.get("team_id"))
    return True  # a team's row is a number


def _overlap(units: Iterable[str], allowed: frozenset[str] | None, engine: Engine) -> bool:
    return allowed is None or any(engine.units_below(unit) & allowed for unit in units)


def _names(units: Iterable[str], engine: Engine) -> str:
    known = [engine.units[unit].name if unit in engine.units else "that unit" for unit in units]
    return " and ".join(known) if len(known) < 3 else "those units"


def _allows(check: Callable[[], None]) -> bool:
    try:
        check()
    except NotPermitted:
        return False
    return True
