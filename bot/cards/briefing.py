"""Monday's briefing: one card, readable on a phone in half a minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.cards import buttons, tables
from bot.cards.charts import draw
from bot.cards.client import Client
from bot.cards.elements import Cell, Column, Element, columns, container, facts, table, text
from bot.cards.frame import ROOMS, Parts, Room
from bot.cards.trend import line
from bot.wording import briefing as words
from bot.wording import phrases, rows
from bot.wording.names import Names
from bot.wording.plain import counted, inside, number, shorten, upper
from kpi_engine.answer import Answer, MeasureAnswer, Point
from kpi_engine.measures import in_catalogue_order
from kpi_engine.question import Period, Question, Show

_MOST_LETTERS = 220
_MOST_WORKERS = 8
_MOST_TEAMS = 12
_MOST_CHILDREN, _FEW_CHILDREN = 5, 3
_MOST_MEASURES = 10
_MOST_ON_TARGET = 900
_MOST_EXPLAINED = 4


def parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """Talk about, the table, CIN against trajectory, what falls due, longest overdue, teams, buttons."""
    b = answer.briefing
    if not b:
        return Parts(
            "No briefing", body=[text("There is no briefing for this unit.")], actions=[buttons.help_(client)]
        )
    body = [
        *_talk_about(b, names), *_numbers(b, client, answer.question, room), *_trajectory(b, client, room),
        *_due(b, names, room), *_longest(b, answer, names, client, room),
        *_contracts(b), *_teams(b, answer, names, client, room),
    ]  # fmt: skip
    subtitle = f"W{words.week(b)[1:]}, {phrases.as_at(answer.question)}"
    footer = (words.no_data(b), words.findings(b))
    actions = _actions(b, answer.question, names, client)
    return Parts(f"{words.unit(b, names)}: Monday's briefing", subtitle, body, actions, footer)


def _heading(title: str) -> Element:
    return text(title, heading=True, spacing="Large")


def _talk_about(b: Mapping[str, Any], names: Names) -> list[Element]:
    found = words.talk_about(b, names)
    if not found:
        calm = text("Nothing stands out against target this week.", bold=True)
        return [container([calm], style="good", spacing="Medium")]
    items = [text("To talk about", bold=True)]
    for n, (why, sentence) in enumerate(found[:3], 1):
        place = text(str(n), bold=True, size="Large")
        said = [text(why, subtle=True, size="Small"), text(shorten(sentence, _MOST_LETTERS), spacing="None")]
        items.append(columns([("auto", [place]), ("stretch", said)], spacing="Small"))
    return [container(items, style="emphasis", spacing="Medium")]


def _numbers(b: Mapping[str, Any], client: Client, question: Question, room: Room) -> list[Element]:
    found = [words.line_of(entry) for entry in words.off_target(b)]

    def press(a: MeasureAnswer) -> Element | None:
        alone = question.but(show="headline", measures=(a.measure,))
        return buttons.ask(phrases.title(a.measure), alone, client)

    out = [_heading("Off target")] if found else []
    shown = found[: min(_MOST_MEASURES, room.rows)]
    if shown:
        out.append(tables.measures(shown, question, press, "Change in the week"))
    if len(found) > len(shown):
        more = f"and {counted(len(found) - len(shown), 'more measures')} off target: press All measures."
        out.append(text(more, subtle=True, size="Small"))
    rest = (words.on_target(b), words.volumes(b), words.signals(b))
    letters = _MOST_ON_TARGET * room.rows // ROOMS[0].rows
    return [*out, *(text(shorten(line, letters), size="Small", spacing="Small") for line in rest if line)]


def _trajectory(b: Mapping[str, Any], client: Client, room: Room) -> list[Element]:
    t = b.get("trajectory")
    if not t:
        return []
    points = tuple(
        Point(date.fromisoformat(p["date"]), p["value"], None, p.get("target")) for p in t["points"]
    )
    out = [_heading("CIN against trajectory"), text(words.trajectory_sentence(t))]
    spec = line(MeasureAnswer("cin_open"), points, small=True)
    return [*out, draw(spec, client, room)] if spec.values else out


def _due(b: Mapping[str, Any], names: Names, room: Room) -> list[Element]:
    total = b.get("due_total") or 0
    found: Sequence[Mapping[str, Any]] = b.get("due_this_week") or ()
    shown = found[: min(_MOST_WORKERS, room.rows)]
    pairs = []
    for e in shown:
        owner = upper(shorten(words.due_owner(e, names, b["unit"]["kind"]), 40))
        detail = words.due_detail(e)
        pairs.append(
            (owner, shorten(f"{number(e['count'])}: {detail}" if detail else number(e["count"]), 100))
        )
    out = [_heading(f"Falls due this week: {number(total)}"), *facts(pairs)]
    if len(found) > len(shown):
        rest = sum(e["count"] for e in found[len(shown) :])
        others = f"and {counted(rest, 'more')} with {number(len(found) - len(shown))} others"
        out.append(text(others, subtle=True, size="Small"))
    return out


def _longest(b: Mapping[str, Any], answer: Answer, names: Names, client: Client, room: Room) -> list[Element]:
    found = words.longest_overdue(b, names)
    if not found:
        return []
    lines: list[list[Cell | str]] = []
    for row in found[: _MOST_CHILDREN if room.rows > 10 else min(_FEW_CHILDREN, room.rows)]:
        slug = rows.backlog_of(row)
        w = rows.words(slug, row, names, answer.question.as_at)
        press = _why(answer.question, slug, w.label, client) if slug else None
        child = Cell(shorten(w.label, 40), bold=True, press=press)
        lines.append(
            [
                child,
                Cell(phrases.clock(str(row.get("clock") or ""))),
                Cell(w.days),
                Cell(upper(shorten(w.worker, 40))),
            ]
        )
    heads = [Column("Child", 3), Column("What", 4), Column("Days over", 2), Column("Worker", 4)]
    return [_heading("Longest overdue"), table(heads, lines)]


def _why(question: Question, slug: str, child_id: str, client: Client) -> Element:
    return buttons.ask(f"Why {child_id}?", question.but(show="why", measures=(slug,), child=child_id), client)


def _contracts(b: Mapping[str, Any]) -> list[Element]:
    found = words.contracts(b)
    return [_heading("Against contract"), *(text(line) for line in found)] if found else []


def _teams(b: Mapping[str, Any], answer: Answer, names: Names, client: Client, room: Room) -> list[Element]:
    found = b.get("teams")
    if not found:
        return []
    lines: list[list[Cell | str]] = []
    for t in found[: min(_MOST_TEAMS, max(room.rows, 1))]:
        ref = names.ref(t["team_id"])
        press = buttons.ask(t["name"], answer.question.but(unit=ref), client) if ref else None
        worst = inside(phrases.title(t["worst"])) if t.get("worst") else "none"
        lines.append(
            [
                Cell(shorten(t["name"], 40), press=press),
                Cell(number(t["overdue"]), bold=True),
                number(t["unallocated"]),
                Cell(worst, subtle=True),
            ]
        )
    out = [
        _heading("Teams compared"),
        table([Column("Team", 4), Column("Overdue", 4), Column("No worker", 3), Column("Worst", 5)], lines),
    ]
    if len(found) > len(lines):
        out.append(text(f"and {counted(len(found) - len(lines), 'more teams')}", subtle=True, size="Small"))
    return out


def _actions(b: Mapping[str, Any], question: Question, names: Names, client: Client) -> list[Element]:
    table_slugs = [e["measure"] for e in b.get("table") or ()]
    late = [e for e in b.get("table") or () if phrases.of(e["measure"]).kind == "Backlog" and e["value"]]
    out = []
    if late:
        show: Show = "list" if names.sees_rows(question.unit.id) else "headline"
        slugs = tuple(e["measure"] for e in late)
        out.append(
            buttons.ask("Overdue list", question.but(show=show, measures=slugs, order="worst"), client)
        )
    if coming := _clocked(b):
        week = Period.from_json(b["week"])
        due = question.but(show="coming_up", measures=coming, period=week)
        out.append(buttons.ask("Due this week", due, client))
    out += _why_button(b, question, names, client)
    if table_slugs:
        counted_how = question.but(show="explain", measures=tuple(table_slugs[:_MOST_EXPLAINED]))
        out.append(buttons.ask("How counted", counted_how, client))
        every = question.but(show="headline", measures=tuple(table_slugs))
        out.append(buttons.ask("All measures", every, client))
    return out


def _clocked(b: Mapping[str, Any]) -> tuple[str, ...]:
    """The backlogs behind what falls due: those the engine counted, else those of the table with a clock."""
    due = {slug for e in b.get("due_this_week") or () for slug, n in e.get("by_measure", {}).items() if n}
    slugs = due or {
        e["measure"] for e in b.get("table") or () if getattr(phrases.of(e["measure"]), "clocks", ())
    }
    return in_catalogue_order(s for s in slugs if phrases.of(s).kind == "Backlog")


def _why_button(b: Mapping[str, Any], question: Question, names: Names, client: Client) -> list[Element]:
    """Why the child that waits longest is there; without ids, what moved the worst measure."""
    found = b.get("talk_about") or ()
    worst = next((t for t in found if t.get("child_id")), None)
    if worst and names.personal:
        return [_why(question, worst["measure"], worst["child_id"], client)]
    return (
        [buttons.ask("Why?", question.but(show="why", measures=(found[0]["measure"],)), client)]
        if found
        else []
    )
