"""The stages of `perfbot bench`: each runs in a process of its own and gives its figures back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kpi_engine.engine import Engine
    from kpi_engine.question import Question, UnitRef

SLOWEST = 5
WEEKS = 104
ASKED_OFTEN = ("cin_open", "cp_visits_overdue", "lac_reviews_overdue", "assessments_in_time")
TEXTS = (
    "how are we doing?", "which CP visits are overdue?", "overdue LAC reviews", "how many children are on a plan?",
    "CIN cases by team", "what is coming up next week?", "assessments in time last month", "who has the most overdue?",
    "show me the trend of CIN cases", "why is that child on the list?", "unallocated cases", "statutory visits",
    "initial conferences in time this quarter", "re-referrals since April", "caseloads in our service",
    "neglect plans over two years", "what falls due by Friday?", "compare the teams on supervision",
    "LAC visits overdue by more than two weeks", "teenagers in placements over 20 miles", "how is that counted?",
    "audits", "PEPs overdue, worst first", "what changed since last week?",
)  # fmt: skip


def load(data: Path, home: Path) -> dict[str, Any]:
    """Reading, typing, checking and keeping an extract."""
    import kpi_engine

    seconds = timed(lambda: kpi_engine.load(str(data), None, home))
    return {"load_and_check_seconds": seconds, "load_peak_memory_mb": peak_memory()}


def ledger(home: Path) -> dict[str, Any]:
    """Every clock, worked out and cut at the as-at date, right after opening."""
    engine, opened = _opened(home)
    sizes: list[dict[str, int]] = []
    seconds = timed(lambda: sizes.append(engine.ledger_sizes(engine.as_at)))
    return {"open_seconds": opened, "ledger_seconds": seconds, "ledger_rows": sum(sizes[0].values())}


def answers(home: Path) -> dict[str, Any]:
    """Every show, at team, service and authority, in a process that has warmed itself as a server does."""
    from kpi_engine.question import EVERYTHING

    engine, _ = _opened(home)
    warm = timed(engine.warm)
    times = {
        name: 1000 * timed(lambda question=question: engine.ask(question, EVERYTHING))  # type: ignore[misc]
        for name, question in questions(engine)
    }
    ranked = sorted(times.values())
    return {
        "warm_seconds": warm,
        "answers": len(ranked),
        "answers_p50_ms": round(ranked[len(ranked) // 2], 1),
        "answers_p95_ms": round(ranked[int(len(ranked) * 0.95)], 1),
        "answers_max_ms": round(ranked[-1], 1),
        "slowest_answers_ms": {
            name: round(taken, 1)
            for name, taken in sorted(times.items(), key=lambda item: -item[1])[:SLOWEST]
        },
        "peak_memory_mb": peak_memory(),
        "user": next(user.user_id for user in engine.users.values() if user.active),
    }


def reading(home: Path) -> dict[str, Any]:
    """How long it takes to understand a question."""
    from bot.understanding.reader import time_reads
    from bot.understanding.reading import Listener
    from bot.understanding.vocabulary import Vocabulary
    from kpi_engine.question import AUTHORITY

    engine, _ = _opened(home)
    found = time_reads(Vocabulary.build(engine), Listener(AUTHORITY, AUTHORITY), list(TEXTS))
    return {"reading_p50_ms": found["p50_ms"], "reading_p99_ms": found["p99_ms"]}


def history(home: Path) -> dict[str, Any]:
    """Every measure of every team, week by week over two years."""
    engine, _ = _opened(home)
    weeks = [engine.as_at - timedelta(weeks=number) for number in range(WEEKS)]

    def work() -> int:
        return sum(len(engine.by_team(slug, week)) for week in weeks for slug in engine.slugs)

    start = perf_counter()
    figures = work()
    return {
        "history_seconds": _rounded(perf_counter() - start), "history_weeks": WEEKS, "history_figures": figures,
        "history_peak_memory_mb": peak_memory(),
    }  # fmt: skip


def export(home: Path, target: Path) -> dict[str, Any]:
    """The whole ledger as one file."""
    engine, _ = _opened(home)
    seconds = timed(lambda: engine.write_ledger(target, engine.as_at))
    return {"ledger_file_seconds": seconds, "ledger_file_peak_memory_mb": peak_memory()}


def questions(engine: Engine) -> Iterator[tuple[str, Question]]:
    """(name, question): every show, at a team, a service and the authority."""
    from kpi_engine.question import Period, Question, make_filters

    as_at, everyone = engine.as_at, engine.slugs
    next_week = Period(as_at + timedelta(days=1), as_at + timedelta(days=7))
    child = next(row["child_id"] for row in engine.ledger_rows(as_at, "cp_visit"))
    for kind, unit in _units(engine).items():
        base = Question("headline", ASKED_OFTEN, unit, as_at)
        yield f"briefing, {kind}", base.but(show="briefing", measures=())
        yield (
            f"briefing a month ago, {kind}",
            base.but(show="briefing", measures=(), as_at=_month_before(as_at)),
        )
        yield f"headline, {kind}", base
        yield f"every number, {kind}", base.but(measures=everyone)
        yield f"list, {kind}", base.but(show="list", order="worst")
        yield f"coming up, {kind}", base.but(show="coming_up", period=next_week)
        yield f"changes, {kind}", base.but(show="changes")
        yield f"trend, {kind}", base.but(show="trend", by="week")
        yield f"trend by month, {kind}", base.but(show="trend", by="month")
        yield f"compare workers, {kind}", base.but(show="compare", by="worker")
        yield f"young children, {kind}", base.but(show="list", filters=make_filters({"age_max": 4}))
        yield f"forecast, {kind}", base.but(show="forecast", measures=ASKED_OFTEN[:1])
    whole = Question("headline", ASKED_OFTEN, as_at=as_at)
    yield "compare teams", whole.but(show="compare", by="team")
    yield "compare services", whole.but(show="compare", by="service")
    yield (
        "trend of caseloads",
        whole.but(show="trend", measures=("caseload_average", "caseloads_over_standard")),
    )
    yield "trend of durations", whole.but(show="trend", measures=("cin_duration", "cp_duration"))
    yield "explain", whole.but(show="explain")
    yield "benchmark", whole.but(show="benchmark")
    yield "contract", whole.but(show="contract", measures=())
    yield "quality", whole.but(show="quality", measures=())
    yield "why", whole.but(show="why", measures=("cp_visits_overdue",), child=child)
    yield "what moved the number", whole.but(show="why", measures=("cp_visits_overdue",))


def _units(engine: Engine) -> dict[str, UnitRef]:
    """A team that holds cases, its service, and the authority."""
    from kpi_engine.question import AUTHORITY

    team = next(unit for unit in engine.units.values() if unit.kind == "team" and unit.team_kind == "cin_cp")
    service = engine.units[team.parent_id] if team.parent_id else team
    return {"team": team.ref, "service": service.ref, "authority": AUTHORITY}


def _month_before(when: date) -> date:
    return when - timedelta(days=28)


def _opened(home: Path) -> tuple[Engine, float]:
    import kpi_engine

    start = perf_counter()
    engine = kpi_engine.open_current(home)
    return engine, _rounded(perf_counter() - start)


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    start = perf_counter()
    work()
    return _rounded(perf_counter() - start)


def _rounded(seconds: float) -> float:
    return round(seconds, 4)


def peak_memory() -> float:
    """The most memory this process has held, in megabytes."""
    import resource

    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(kilobytes / 1024, 1)
