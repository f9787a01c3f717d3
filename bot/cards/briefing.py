"""Monday's briefing: one card, readable on a phone in half a minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.cards import buttons, tables
from bot.cards.charts import draw
from bot.cards.client import Client
from bot.cards.elements import Cell, Column, Element, columns, container, table, text
from bot.cards.frame import Parts, Room
from bot.cards.trend import line
from bot.wording import briefing as words
from bot.wording import phrases, rows
from bot.wording.names import Names
from bot.wording.plain import counted, inside, number, shorten
from kpi_engine.answer import Answer, MeasureAnswer, Point
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import Period, Question

_MOST_LETTERS = 220
_MOST_WORKERS = 8
_MOST_TEAMS = 12
_WHY = {
    "worst against target": "Worst against target",
    "worst change": "Worst change",
    "longest overdue": "Longest overdue",
}


def parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """Talk about, the table, CIN against trajectory, what falls due, longest overdue, teams, buttons."""
    b = answer.briefing
    if not b:
        return Parts(
            "No briefing", body=[text("There is no briefing for this unit.")], actions=[buttons.help_(client)]
        )
    body = [
        *_talk_about(b), *_numbers(b, client, answer.question), *_trajectory(b, client, room),
        *_due(b, names, room), *_longest(b, answer, names, client, room), *_teams(b, answer, names, client, room),
    ]  # fmt: skip
    return Parts(
        f"{words.unit(b, names)}: Monday's briefing", f"{words.week(b).capitalize()}, {phrases.as_at(answer.question)}",
        body, _actions(b, answer.question, names, client), (words.no_data(b), words.findings(b)),
    )  # fmt: skip


def _heading(title: str) -> Element:
    return text(title, heading=True, spacing="Large")


def _talk_about(b: Mapping[str, Any]) -> list[Element]:
    found = b.get("talk_about") or ()
    if not found:
        return [
            container(
                [text("Nothing stands out against target this week.", bold=True)],
                style="good",
                spacing="Medium",
            )
        ]
    items = [text("To talk about", bold=True)]
    for n, item in enumerate(found[:3], 1):
        why = _WHY.get(item["why"], str(item["why"]).capitalize())
        sentence = text(shorten(str(item["sentence"]), _MOST_LETTERS), spacing="None")
        label = text(why, subtle=True, size="Small")
        items.append(
            columns(
                [("auto", [text(str(n), bold=True, size="Large")]), ("stretch", [label, sentence])],
                spacing="Small",
            )
        )
    return [container(items, style="emphasis", spacing="Medium")]


def _numbers(b: Mapping[str, Any], client: Client, question: Question) -> list[Element]:
    found = [words.line_of(entry) for entry in b.get("table") or ()]
    if not found:
        return []

    def press(a: MeasureAnswer) -> Element | None:
        return buttons.ask(
            phrases.title(a.measure), question.but(show="headline", measures=(a.measure,)), client
        )

    return [_heading("Against target"), tables.measures(found, press, "Since last week")]


def _trajectory(b: Mapping[str, Any], client: Client, room: Room) -> list[Element]:
    t = b.get("trajectory")
    if not t:
        return []
    points = tuple(
        Point(date.fromisoformat(p["date"]), p["value"], None, p.get("target")) for p in t["points"]
    )
    out = [_heading("CIN against trajectory"), text(words.trajectory_sentence(t))]
    spec = line(MeasureAnswer("cin_open"), points, small=True)
    return [*out, draw(spec, client, pictures=room.pictures)] if spec.values else out


def _due(b: Mapping[str, Any], names: Names, room: Room) -> list[Element]:
    total = b.get("due_total") or 0
    title = f"Falls due this week: {number(total)}"
    found: Sequence[Mapping[str, Any]] = b.get("due_this_week") or ()
    if not found:
        return [_heading(title)]
    shown = found[: min(_MOST_WORKERS, room.rows)]
    lines = [[Cell(shorten(words.due_owner(e, names), 40)), Cell(number(e["count"]), bold=True),
              Cell(shorten(words.due_detail(e), 90), subtle=True)] for e in shown]  # fmt: skip
    first = "Worker" if any(e.get("worker_id") for e in found) else "Team"
    out = [_heading(title), table([Column(first, 4), Column("Due", 1), Column("What", 5)], lines)]
    if len(found) > len(shown):
        rest = sum(e["count"] for e in found[len(shown) :])
        out.append(
            text(
                f"and {counted(rest, 'more')} with {number(len(found) - len(shown))} others",
                subtle=True,
                size="Small",
            )
        )
    return out


def _longest(b: Mapping[str, Any], answer: Answer, names: Names, client: Client, room: Room) -> list[Element]:
    found = b.get("longest_overdue")
    # ids are for one pair of eyes: the engine leaves them out elsewhere, and so does the card
    if not found or client.audience.kind != "personal":
        return []
    lines = []
    for row in found[: min(5, room.rows)]:
        slug = backlog_of(row)
        w = rows.words(slug or "cp_visits_overdue", row, names, answer.question.as_at)
        press = None
        if slug:
            why = answer.question.but(show="why", measures=(slug,), child=str(row["child_id"]))
            press = buttons.ask(f"Why {row['child_id']}?", why, client)
        lines.append(
            [
                Cell(shorten(w.label, 40), bold=True, press=press),
                words.clock(row),
                w.over.removesuffix(" over"),
                shorten(w.worker, 40),
            ]
        )
    heads = [Column("Child", 3), Column("What", 3), Column("Over", 2), Column("Worker", 4)]
    return [_heading("Longest overdue"), table(heads, lines)]


def backlog_of(row: Mapping[str, Any]) -> str | None:
    """The backlog that a ledger row belongs to: its own word for it, else the one with that clock."""
    if row.get("measure") in CATALOGUE:
        return str(row["measure"])
    for slug, measure in CATALOGUE.items():
        if measure.kind == "Backlog" and row.get("clock") in getattr(measure, "clocks", ()):
            return slug
    return None


def _teams(b: Mapping[str, Any], answer: Answer, names: Names, client: Client, room: Room) -> list[Element]:
    found = b.get("teams")
    if not found:
        return []
    lines = []
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
        table([Column("Team", 3), Column("Overdue", 2), Column("No worker", 2), Column("Worst", 4)], lines),
    ]
    if len(found) > len(lines):
        out.append(text(f"and {counted(len(found) - len(lines), 'more teams')}", subtle=True, size="Small"))
    return out


def _actions(b: Mapping[str, Any], question: Question, names: Names, client: Client) -> list[Element]:
    slugs = [e["measure"] for e in b.get("table") or ()]
    late = tuple(s for s in slugs if phrases.of(s).kind == "Backlog")
    shown = tuple(s for s in late if any(e["measure"] == s and e["value"] for e in b["table"])) or late
    out = []
    if late:
        listed = "list" if names.sees_rows(question.unit.id) else "headline"
        out.append(
            buttons.ask("Overdue list", question.but(show=listed, measures=shown, order="worst"), client)
        )
        clocks = tuple(s for s in late if getattr(phrases.of(s), "clocks", ()))
        week = Period(date.fromisoformat(b["week"]["from"]), date.fromisoformat(b["week"]["to"]))
        out.append(
            buttons.ask("Due this week", question.but(show="coming_up", measures=clocks, period=week), client)
        )
    worst = next((t for t in b.get("talk_about") or () if t.get("child_id")), None)
    if worst and client.audience.kind == "personal":
        why = question.but(show="why", measures=(worst["measure"],), child=worst["child_id"])
        out.append(buttons.ask(f"Why {worst['child_id']}?", why, client))
    elif b.get("talk_about"):
        top = b["talk_about"][0]["measure"]
        out.append(buttons.ask("Why?", question.but(show="changes", measures=(top,)), client))
    if slugs:
        out.append(buttons.ask("How counted", question.but(show="explain", measures=(*slugs[:4],)), client))
    return out
