"""The truth table of spec/rights.md: one row a rule, said in words beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_authority import D

from bot import rights
from bot.turn import PERSONAL, Audience
from kpi_engine.engine import Engine
from kpi_engine.errors import NotPermitted
from kpi_engine.question import AUTHORITY, Question, UnitRef

T11, T12, T21 = UnitRef("team", "T11"), UnitRef("team", "T12"), UnitRef("team", "T21")
S1, S2 = UnitRef("service", "S1"), UnitRef("service", "S2")
IN_T11, IN_T12 = Audience("channel", T11), Audience("channel", T12)
IN_S1, IN_ALL = Audience("channel", S1), Audience("channel", AUTHORITY)
UNMAPPED = Audience("group", None)

VISITS = ("cp_visits_overdue",)
SUPERVISION = ("supervisions_overdue",)


def q(show: str, unit: UnitRef = T11, **parts: object) -> Question:
    return Question(show=show, unit=unit, as_at=D, **({"measures": VISITS} | parts))  # type: ignore[arg-type]


# fmt: off
TABLE = [
    # who, where, question, allowed: the rule
    ("u-t11", PERSONAL, q("list"), True),  # own team's children
    ("u-t11", PERSONAL, q("list", T12), False),  # another team's children
    ("u-t11", PERSONAL, q("list", S1), True),  # partly own: allowed, the rest held back
    ("u-t11", PERSONAL, q("list", S2), False),  # a service without the own team
    ("u-t11", PERSONAL, q("list", AUTHORITY), True),  # the authority holds the own team
    ("u-t11", PERSONAL, q("list", S1, units=("T11", "T12")), True),  # two units, one of them own
    ("u-t12", PERSONAL, q("list", S1, units=("T11", "T21")), False),  # two units, none own
    ("u-s1", PERSONAL, q("list", T12), True),  # a team below the own service
    ("u-s1", PERSONAL, q("list", T21), False),  # a team of another service
    ("u-dir", PERSONAL, q("list", T21), True),  # empty unit: the whole authority
    ("u-an", PERSONAL, q("list", T21), True),  # unit ALL: the whole authority
    ("u-iro", PERSONAL, q("list", T11), True),  # also_sees a team
    ("u-iro", PERSONAL, q("list", T12), False),  # ... and no other
    ("u-duty", PERSONAL, q("list", T21), True),  # also_sees a service: what lies below
    ("u-qa", PERSONAL, q("list", T12), True),  # also_sees ALL
    ("u-lost", PERSONAL, q("list", T11), False),  # a unit that does not exist opens nothing
    ("u-t31", PERSONAL, q("list", UnitRef("team", "T31")), True),  # a team that hangs under no service
    ("u-t11", PERSONAL, q("changes", T12), False),  # came on and off are rows
    ("u-t11", PERSONAL, q("coming_up", T12), False),  # what falls due is rows
    ("u-t11", PERSONAL, q("why", child="K11"), True),  # an own child
    ("u-t11", PERSONAL, q("why", child="K12"), False),  # another team's child
    ("u-t11", PERSONAL, q("why", child="X9"), False),  # nobody's child
    ("u-t11", PERSONAL, q("why", child="K00"), False),  # a child no team holds
    ("u-dir", PERSONAL, q("why", child="K00"), True),  # ... is the whole authority's
    ("u-dir", PERSONAL, q("why", child="X9"), True),  # unknown, all rights: the engine says so
    ("u-t11", PERSONAL, q("headline", child="K12"), False),  # a child is child level, whatever the show
    ("u-t11", PERSONAL, q("why", T11, child="K12"), False),  # the own unit named beside another's child
    ("u-t11", PERSONAL, q("headline", T12), True),  # numbers of any unit
    ("u-t11", PERSONAL, q("trend", S2), True),  # trends of any unit
    ("u-t11", PERSONAL, q("compare", AUTHORITY, by="team"), True),  # comparisons of teams
    ("u-t11", PERSONAL, q("compare", AUTHORITY, by="service"), True),  # comparisons of services
    ("u-t11", PERSONAL, q("forecast", S2), True),  # forecasts
    ("u-t11", PERSONAL, q("benchmark", AUTHORITY), True),  # published figures
    ("u-t11", PERSONAL, q("briefing", T12, measures=()), True),  # another's briefing, without rows
    ("u-t11", PERSONAL, q("explain", T12), True),  # a definition
    ("u-t11", PERSONAL, q("help", T12, measures=()), True),  # help
    ("u-t11", PERSONAL, q("quality", AUTHORITY, measures=()), True),  # data problems: counts for all
    ("u-t11", PERSONAL, q("compare", T11, by="worker"), True),  # own workers by name
    ("u-t11", PERSONAL, q("compare", T12, by="worker"), False),  # another team's workers by name
    ("u-t11", PERSONAL, q("compare", S1, by="worker"), True),  # partly own
    ("u-t11", PERSONAL, q("trend", T12, by="worker"), False),  # by worker in any show
    ("u-t11", PERSONAL, q("headline", worker="P11"), True),  # an own worker's number
    ("u-t11", PERSONAL, q("headline", worker="P12"), False),  # another team's worker's number
    ("u-t11", PERSONAL, q("list", T11, worker="P12"), False),  # ... also under the own team's name
    ("u-t11", PERSONAL, q("headline", worker="P00"), False),  # a worker of no team
    ("u-dir", PERSONAL, q("headline", worker="P00"), True),  # ... is the whole authority's
    ("u-t11", PERSONAL, q("list", measures=SUPERVISION), True),  # own workers' supervision, in private
    ("u-t11", PERSONAL, q("list", T12, measures=SUPERVISION), False),  # another team's
    ("u-t11", IN_T11, q("list"), True),  # own channel
    ("u-t11", IN_T12, q("list"), False),  # own rows in another team's channel
    ("u-t11", IN_T12, q("list", T12), False),  # the channel's rows, not the asker's
    ("u-t11", IN_S1, q("list"), True),  # the service's channel holds the own team
    ("u-t11", IN_ALL, q("list"), True),  # the authority's channel does, too
    ("u-dir", IN_T11, q("list"), True),  # the director in a team's channel
    ("u-dir", IN_T11, q("list", T12), False),  # ... sees that team's rows only
    ("u-dir", IN_T11, q("list", AUTHORITY), True),  # ... of the authority, that team's
    ("u-dir", IN_T11, q("why", child="K00"), False),  # ... and nobody's child
    ("u-dir", IN_ALL, q("why", child="K00"), True),  # whole person, whole conversation
    ("u-qa", IN_T12, q("list", T12), True),  # also_sees works in a channel
    ("u-t11", UNMAPPED, q("list"), False),  # a chat of no unit: no rows
    ("u-dir", UNMAPPED, q("list"), False),  # ... for anybody
    ("u-dir", UNMAPPED, q("headline"), True),  # ... numbers only
    ("u-dir", UNMAPPED, q("why", child="K11"), False),  # ... no child
    ("u-dir", UNMAPPED, q("compare", by="worker"), False),  # ... no worker
    ("u-t11", IN_T11, q("list", measures=SUPERVISION), False),  # named supervision in a channel
    ("u-t11", IN_T11, q("compare", by="worker", measures=("caseload_average",)), False),  # caseload
    ("u-t11", IN_T11, q("headline", worker="P11", measures=("appraisals_overdue",)), False),  # appraisal
    ("u-t11", IN_T11, q("headline", measures=SUPERVISION), True),  # the team's number of it
    ("u-t11", IN_T11, q("compare", S1, by="team", measures=SUPERVISION), True),  # teams compared on it
    ("u-t11", IN_T11, q("list", measures=VISITS + SUPERVISION), True),  # beside others: held back
    ("u-t11", IN_T11, q("list", measures=("inductions_overdue",)), True),  # not one of the three
]
# fmt: on


@pytest.mark.parametrize("row", range(len(TABLE)))
def test_row_of_the_truth_table(authority: Engine, row: int) -> None:
    who, where, question, allowed = TABLE[row]
    scope = rights.scope_for(rights.identify(who, authority), where, authority)
    assert rights.can_ask(question, scope, authority) is allowed
    if allowed:
        rights.check_can_ask(question, scope, authority)
    else:
        with pytest.raises(NotPermitted, match=r"\w"):
            rights.check_can_ask(question, scope, authority)


# fmt: off
NUMBERS_ONLY = [
    # who, where, question whose words asked for no rows, allowed: the rule
    ("u-t11", PERSONAL, q("coming_up", T12), True),  # how many fall due is a number of any unit
    ("u-t11", PERSONAL, q("changes", T12), True),  # ... and how many came on and off
    ("u-dir", IN_T11, q("coming_up", T12), True),  # ... in any channel
    ("u-t11", IN_T11, q("coming_up", measures=SUPERVISION), True),  # the number, without the workers
    ("u-t11", PERSONAL, q("list", T12), False),  # a list is rows, whatever the words
    ("u-t11", PERSONAL, q("coming_up", T12, worker="P12"), False),  # a named worker stays worker level
    ("u-t11", PERSONAL, q("coming_up", T12, by="worker"), False),  # ... and so do all of them
    ("u-t11", PERSONAL, q("coming_up", child="K12"), False),  # a child stays child level
    ("u-t11", IN_T11, q("coming_up", worker="P11", measures=SUPERVISION), False),  # named supervision
]
# fmt: on


@pytest.mark.parametrize("row", range(len(NUMBERS_ONLY)))
def test_a_question_without_rows_in_its_words(authority: Engine, row: int) -> None:
    who, where, question, allowed = NUMBERS_ONLY[row]
    scope = rights.scope_for(rights.identify(who, authority), where, authority)
    assert rights.can_ask(question, scope, authority, rows_said=False) is allowed
    if allowed and question.unit == T12:
        assert not rights.can_ask(question, scope, authority)


@pytest.mark.parametrize("who", ["u-left", "U-LEFT", "u-nobody", ""])
def test_strangers_and_leavers_are_not_identified(authority: Engine, who: str) -> None:
    assert not rights.is_known(who, authority)
    with pytest.raises(NotPermitted, match="set up to use"):
        rights.identify(who, authority)


def test_unknown_child_and_other_teams_child_get_the_same_words(authority: Engine) -> None:
    scope = rights.scope_for(rights.identify("u-t11", authority), PERSONAL, authority)
    words = set()
    for child in ("K12", "K21", "K00", "X9"):
        with pytest.raises(NotPermitted) as refused:
            rights.check_can_see_child(child, D, scope, authority)
        words.add(str(refused.value))
    assert len(words) == 1


def test_other_and_unknown_workers_get_the_same_words(authority: Engine) -> None:
    scope = rights.scope_for(rights.identify("u-t11", authority), PERSONAL, authority)
    words = set()
    for worker in ("P12", "P21", "P00", "P99"):
        with pytest.raises(NotPermitted) as refused:
            rights.check_can_see_worker(worker, scope, authority)
        words.add(str(refused.value))
    assert len(words) == 1


def test_a_refusal_in_a_channel_offers_the_personal_chat_only_where_it_would_help(authority: Engine) -> None:
    person = rights.identify("u-t11", authority)
    own, other = q("list"), q("list", T12)
    error, here = NotPermitted("No."), rights.scope_for(person, UNMAPPED, authority)
    assert "personal chat" in rights.refusal(error, own, person, UNMAPPED, here, authority)
    assert rights.refusal(error, other, person, UNMAPPED, here, authority) == "No."
    assert rights.refusal(error, own, person, PERSONAL, here, authority) == "No."
    child = q("why", child="K11")
    assert "personal chat" in rights.refusal(error, child, person, UNMAPPED, here, authority)
    restricting = replace(here, restricted=frozenset({"k11"}))
    assert rights.refusal(error, child, person, UNMAPPED, restricting, authority) == "No."


def test_a_post_nobody_asked_for_shows_its_channels_unit_and_no_named_staff(authority: Engine) -> None:
    scope = rights.scope_for_channel(IN_S1, authority)
    assert scope.child_units == {"S1", "T11", "T12"}
    assert not scope.staff_named
    assert rights.scope_for_channel(UNMAPPED, authority).child_units == frozenset()
    assert rights.scope_for_channel(IN_ALL, authority).child_units is None


def test_what_counts_as_own_for_small_numbers_follows_also_sees_and_the_channel(authority: Engine) -> None:
    iro = rights.identify("u-iro", authority)
    assert rights.scope_for(iro, PERSONAL, authority).own_units == {"T21", "T11"}
    assert rights.scope_for(iro, IN_T12, authority).own_units == frozenset()


@pytest.mark.parametrize(
    ("who", "unit", "allowed"),
    [
        ("u-t11", "T11", True),  # the unit's own manager
        ("u-s1", "T11", True),  # a manager above
        ("u-dir", "ALL", True),  # the authority's own conversation
        ("u-t11", "T12", False),  # another team's
        ("u-t11", "S1", False),  # the service above
        ("u-iro", "T11", False),  # also_sees reads, it does not give away
        ("u-qa", "T12", False),  # ... not even ALL
        ("u-dir", "T99", False),  # a unit nobody knows
    ],
)
def test_who_may_say_whose_a_conversation_is(authority: Engine, who: str, unit: str, allowed: bool) -> None:
    assert rights.can_claim_conversation(rights.identify(who, authority), unit, authority) is allowed
