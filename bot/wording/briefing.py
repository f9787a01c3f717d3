"""The Monday briefing as text, and the phrases its card shares with it.

Input: `Answer.briefing` (JSON-ready): unit, week, as_at, talk_about, table, trajectory, due_this_week,
due_total, longest_overdue (None where rows may not be seen), teams (None for a team), findings, no_data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.wording import contract, phrases, rows
from bot.wording.names import Names
from bot.wording.plain import counted, day, inside, listed, number, upper
from kpi_engine.answer import Answer, MeasureAnswer

Parts = Mapping[str, Any]
_MOST_SIGNALS = 4


def week(parts: Parts) -> str:
    """ "week Mon 16 Nov to Sun 22 Nov 2026"."""
    first, last = date.fromisoformat(parts["week"]["from"]), date.fromisoformat(parts["week"]["to"])
    return f"week {day(first, last)} to {day(last)}"


def unit(parts: Parts, names: Names) -> str:
    """The name of the unit the briefing is for."""
    return str(parts["unit"].get("name") or names.unit(parts["unit"]["id"]))


def line_of(entry: Parts) -> MeasureAnswer:
    """One line of the briefing's table as a measure's answer, so that it is worded like any other."""
    return MeasureAnswer(
        measure=entry["measure"], value=entry["value"], of=entry.get("of"), met=entry.get("met"),
        unit=entry.get("unit") or "",
        target=entry.get("target"), rag=entry.get("rag"), previous=entry.get("previous"),
        suppressed=bool(entry.get("suppressed")),
    )  # fmt: skip


def table_line(entry: Parts) -> str:
    """ "CP visits overdue: 7 of 40 children, red, target 0, 2 more than last week (worse)"."""
    a = line_of(entry)
    moved = ""
    if a.value is not None and a.previous is not None and not a.suppressed:
        moved = phrases.change_between(a.value, a.previous, phrases.of(a.measure), "than last week").text
    goal = phrases.target(a) if a.target is not None else ""
    parts = (phrases.whole(a), phrases.colour(a.rag).lower(), goal, moved)
    return f"{phrases.title(a.measure)}: {', '.join(p for p in parts if p)}"


def off_target(parts: Parts) -> list[Parts]:
    """The lines to look at: red, then amber, each in the catalogue's order."""
    lines = parts.get("table") or ()
    return [entry for colour in ("red", "amber") for entry in lines if entry.get("rag") == colour]


def on_target(parts: Parts) -> str:
    """What meets its target, or had nothing due, in one sentence: a briefing is read in half a minute."""
    every = parts.get("table") or ()
    lines = [e for e in every if e.get("rag") not in ("red", "amber") and e["target"] is not None]
    met = _in_short("On target (green)", [e for e in lines if e.get("rag")])
    none = _in_short("Nothing to count", [e for e in lines if not e.get("rag")])
    return " ".join(p for p in (met, none) if p)


def volumes(parts: Parts) -> str:
    """Numbers that have no target, with their change."""
    lines = [e for e in parts.get("table") or () if e.get("rag") is None and e["target"] is None]
    return _in_short("No target", lines)


def _in_short(label: str, lines: Sequence[Parts]) -> str:
    return phrases.in_short(label, [line_of(entry) for entry in lines])


def trajectory_sentence(t: Parts) -> str:
    """Where the CIN cases stand against the plan's trajectory, and which way they moved last week."""
    now, goal, net = t["value"], t.get("target"), t.get("net_last_week")
    out = f"{counted(now, 'CIN cases')} open"
    if goal is not None:
        gap = now - goal
        side = f"{number(abs(gap))} {'above' if gap > 0 else 'below'}" if gap else "on"
        out += f", {side} the trajectory of {number(goal)}"
    if net is not None:
        moved = "no change" if not net else f"{'up' if net > 0 else 'down'} {number(abs(net))}"
        out += f"; {moved} last week"
    return f"{out}."


def due_owner(entry: Parts, names: Names, kind: str) -> str:
    """Who has work falling due: a team's by worker where workers may be named, everybody else's by team."""
    team = entry.get("team_id")
    if entry.get("worker_id"):
        return names.worker(entry["worker_id"])
    if kind != "team":
        return upper(names.unit(team))
    hidden = any(phrases.of(slug).staff for slug in entry.get("by_measure", {})) and not names.personal
    return "No worker" if names.sees_workers(team or "") and not hidden else "Workers not named here"


def due_detail(entry: Parts) -> str:
    """What falls due: "2 CP visits, 1 core group"."""
    return ", ".join(
        counted(n, phrases.due_noun(phrases.of(slug)))
        for slug, n in entry.get("by_measure", {}).items() if n
    )  # fmt: skip


def no_data(parts: Parts) -> str:
    """Which measures have no data, by name."""
    slugs = parts.get("no_data") or []
    if not slugs:
        return ""
    shown = [phrases.title(s) for s in slugs[:5]]
    more = f" and {len(slugs) - 5} more" if len(slugs) > 5 else ""
    return f"No data for: {', '.join(shown)}{more}." if more else f"No data for: {listed(shown)}."


def findings(parts: Parts) -> str:
    """How many data problems lie behind the numbers."""
    count = parts.get("findings") or 0
    if not count:
        return ""
    return f'{counted(count, "data problems")} may affect these numbers: ask "what is wrong with our data?".'


def talk_about(parts: Parts, names: Names) -> list[tuple[str, str]]:
    """The things to talk about, each as (why, sentence); no child's id where others listen (rights.md 4)."""
    out = []
    for item in parts.get("talk_about") or ():
        sentence = str(item["sentence"])
        if item.get("child_id") and not names.personal:
            longest = counted(item.get("days_overdue") or 0, "days")
            sentence = f"{phrases.title(item['measure'])}: the longest is {longest} over."
        elif item.get("child_id") and str(item["child_id"]) not in sentence:
            sentence = f"{sentence.rstrip('.')} ({item['child_id']})."
        out.append((upper(str(item["why"])), sentence))
    return out


def longest_overdue(parts: Parts, names: Names) -> list[Parts]:
    """The children longest overdue: in the personal chat only."""
    return list(parts.get("longest_overdue") or ()) if names.personal else []


def say(parts: Parts, answer: Answer, names: Names) -> list[str]:
    """The briefing as text, one line each; the first is what a phone notification shows."""
    if not parts:
        return ["There is no briefing for this unit."]
    talk = [sentence for _, sentence in talk_about(parts, names)]
    start = f"{unit(parts, names)}, {week(parts)}"
    out = [f"{start}: {talk[0]}" if talk else f"{start}: nothing stands out against target."]
    out += [f"{n}. {sentence}" for n, sentence in enumerate(talk, 1)] if len(talk) > 1 else []
    out += [f"- {table_line(entry)}" for entry in off_target(parts)]
    out += [on_target(parts), volumes(parts), signals(parts)]
    if parts.get("trajectory"):
        out.append(trajectory_sentence(parts["trajectory"]))
    total = parts.get("due_total") or 0
    out.append(f"{counted(total, 'duties')} {'falls' if total == 1 else 'fall'} due this week.")
    out += [
        f"- {due_owner(e, names, parts['unit']['kind'])}: {due_detail(e) or number(e['count'])}"
        for e in parts.get("due_this_week") or ()
    ]
    if longest := longest_overdue(parts, names):
        out.append("Longest overdue:")
        out += [f"- {longest_line(row, names, answer)}" for row in longest]
    out += contracts(parts)
    if parts.get("teams"):
        out.append("Teams:")
        out += [f"- {team_line(t)}" for t in parts["teams"]]
    return [p for p in (*out, no_data(parts), findings(parts)) if p]


def signals(parts: Parts) -> str:
    """The measures whose newest week is more than chance, worse first, in one sentence."""
    words = {"worse": "worse", "better": "better", "change": "a change"}
    told = [
        f"{phrases.title(entry['measure'])} ({word})"
        for sense, word in words.items()
        for entry in parts.get("table") or ()
        if (entry.get("signal") or {}).get("sense") == sense
    ]
    shown = told[:_MOST_SIGNALS] + (
        [f"{len(told) - _MOST_SIGNALS} more"] if len(told) > _MOST_SIGNALS else []
    )
    return f"More than chance (control chart): {listed(shown)}." if shown else ""


def contracts(parts: Parts) -> list[str]:
    """A line for each managed service of the unit."""
    return [contract.in_briefing(told) for told in parts.get("contracts") or ()]


def longest_line(row: Parts, names: Names, answer: Answer) -> str:
    """One of the children longest overdue: id, what, days, worker."""
    w = rows.words(rows.backlog_of(row), row, names, answer.question.as_at)
    if row.get("restricted"):
        return w.line
    parts = (phrases.clock(str(row.get("clock") or "")), w.over, w.worker)
    return f"{w.label}: {', '.join(p for p in parts if p)}"


def team_line(team: Parts) -> str:
    """One team of a service's or the authority's briefing."""
    worst = f"; worst: {inside(phrases.title(team['worst']))}" if team.get("worst") else ""
    return (
        f"{team['name']}: {number(team['overdue'])} overdue, {number(team['unallocated'])} unallocated{worst}"
    )
