"""What is on record about looked-after children: episodes, placements, visits, reviews, health, education."""

from __future__ import annotations

from typing import Final

import numpy as np

from kpi_engine import working_days
from kpi_engine.days import NEVER, Days, birthday, plus, plus_months
from kpi_engine.invented.allotting import Ints
from kpi_engine.invented.care import Care, Placements, Statuses
from kpi_engine.invented.cases import Cases
from kpi_engine.invented.people import People, eighteenth_birthday
from kpi_engine.invented.rhythms import Events, keep
from kpi_engine.invented.writing import Book, choose, flags, ids, numbered, quoted

CARE_PLAN_KEYS: Final = (
    "REMAINSUP", "RETURN1M", "RETURN6M", "RETURNEV", "LTRELFR",
    "LTFOST18", "RESPLMT", "SUPPLIV", "ADOPTION", "OTHERPLN",
)  # fmt: skip


def write_periods(
    book: Book,
    cases: Cases,
    care: Care,
    homes: Placements,
    law: Statuses,
    people: People,
    as_at: int,
    rng: np.random.Generator,
) -> None:
    """ssd_cla_episodes, ssd_cla_placement and ssd_legal_status."""
    n = len(homes.period)
    person = people.ids(care.person[homes.period])
    last = np.ones(n, dtype=bool)
    last[:-1] = homes.period[1:] != homes.period[:-1]
    ended = homes.end < NEVER
    period_id = ids("L", (homes.period + 1).tolist())
    ceased = [
        "" if not e else care.reason[p] if final else "X1"
        for e, final, p in zip(ended.tolist(), last.tolist(), homes.period.tolist(), strict=True)
    ]
    need = choose(("N1", "N2", "N3", "N4", "N5", "N6", "N8"), (66, 4, 5, 6, 8, 6, 5), len(care), rng)
    book.add(
        "ssd_cla_episodes",
        clae_cla_episode_id=numbered("E", n),
        clae_person_id=person,
        clae_cla_episode_start_date=book.dates(homes.start),
        clae_cla_episode_start_reason=["S" if o == 0 else "P" for o in homes.order.tolist()],
        clae_cla_primary_need_code=[need[p] for p in homes.period.tolist()],
        clae_cla_episode_ceased_date=book.dates(homes.end),
        clae_cla_episode_ceased_reason=ceased,
        clae_cla_id=period_id,
        clae_referral_id=ids("R", (cases.first_child[care.case] + care.member + 1)[homes.period].tolist()),
        clae_cla_placement_id=numbered("H", n),
        clae_entered_care_date=book.dates(care.start[homes.period]),
    )
    far = rng.lognormal(1.75, 0.85, n)
    away = np.isin(homes.type, ("K2", "R5", "H5"))
    miles = np.where(away, rng.lognormal(2.3, 0.8, n), far).clip(0.1, 290)
    miles = np.where(np.isin(homes.type, ("P1",)), far / 6, miles)
    unknown = rng.random(n) < 0.015
    book.add(
        "ssd_cla_placement",
        clap_cla_placement_id=numbered("H", n),
        clap_cla_placement_start_date=book.dates(homes.start),
        clap_cla_placement_type=homes.type,
        clap_cla_placement_distance=[
            "999.9" if u else f"{m:.1f}" for u, m in zip(unknown, miles, strict=True)
        ],
        clap_cla_id=period_id,
        clap_cla_placement_provider=homes.provider,
        clap_cla_placement_end_date=book.dates(homes.end),
        clap_cla_placement_change_reason=[
            "" if final or not e else r
            for final, e, r in zip(
                last,
                ended,
                choose(("CARPL", "CREQB", "PLANC", "OTHER", "STAND"), (6, 3, 2, 2, 1), n, rng),
                strict=True,
            )
        ],
        clap_person_id=person,
    )
    book.add(
        "ssd_legal_status",
        lega_legal_status_id=numbered("G", len(law.period)),
        lega_person_id=people.ids(care.person[law.period]),
        lega_legal_status=law.code,
        lega_legal_status_start_date=book.dates(law.start),
        lega_legal_status_end_date=book.dates(law.end),
    )


def write_care_events(
    book: Book,
    care: Care,
    homes: Placements,
    law: Statuses,
    people: People,
    as_at: int,
    rng: np.random.Generator,
) -> None:
    """Care plans, reviews, visits, health, questionnaires and education plans of real care periods."""
    real = np.flatnonzero(~care.short_break)
    person, start = care.person[real], care.start[real]
    end = np.minimum(care.end[real], eighteenth_birthday(people)[person])
    reviews = _reviews(book, real, person, start, end, people, as_at, rng)
    first_review = np.full(len(care), NEVER)
    np.minimum.at(first_review, real[reviews.subject], reviews.day)
    to_18 = _care_plans(book, care, real, homes, people, as_at, rng)
    _visits(book, care, homes, law, people, first_review, to_18, as_at, rng)
    _health(book, person, start, end, people, as_at, rng)
    _learning(book, person, start, end, people, as_at, rng)


def _reviews(
    book: Book,
    real: Ints,
    person: Ints,
    start: Days,
    end: Days,
    people: People,
    as_at: int,
    rng: np.random.Generator,
) -> Events:
    def due(step: int, last: Days, who: Ints) -> Days:
        return working_days.add(last, 20) if step == 0 else plus_months(last, 3 if step == 1 else 6)

    made = keep(
        start,
        end,
        as_at,
        due,
        rng,
        overdue=0.06,
        days_over=(22.0, 2),
        late=0.09,
        late_days=18.0,
        soonest=0.75,
    )
    last = np.full(len(real), -1)
    np.maximum.at(last, made.subject, made.day)
    booked = np.flatnonzero((end > as_at) & (last > as_at - 120) & (rng.random(len(real)) < 0.1))
    subject = np.concatenate([made.subject, booked])
    day = np.concatenate([made.day, working_days.add(np.maximum(last[booked] + 150, as_at + 3), 0)])
    n = len(subject)
    cancelled = (np.arange(n) < len(made.day)) & (rng.random(n) < 0.02) & (day < as_at - 30)
    subject = np.concatenate([subject, subject[cancelled]])
    day = np.concatenate([day, day[cancelled] - 5])
    n, off = len(subject), np.arange(len(subject)) >= n
    age = (day - people.born[person[subject]]) / 365.25
    spoken = choose(("PN1", "PN2", "PN3", "PN4", "PN5", "PN6", "PN7"), (50, 8, 14, 6, 6, 10, 6), n, rng)
    book.add(
        "ssd_cla_reviews",
        clar_cla_review_id=numbered("LR", n),
        clar_cla_id=ids("L", (real[subject] + 1).tolist()),
        clar_cla_review_date=book.dates(day),
        clar_cla_review_cancelled=flags(off),
        clar_cla_review_participation=[
            "PN0" if a < 4 else s for a, s in zip(age.tolist(), spoken, strict=True)
        ],
        clar_cla_person_id=people.ids(person[subject]),
    )
    return made


def _care_plans(
    book: Book,
    care: Care,
    real: Ints,
    homes: Placements,
    people: People,
    as_at: int,
    rng: np.random.Generator,
) -> Days:
    """A first plan, and after a year often one to stay until 18; the day that one began, by care period."""
    count = len(care)
    settled = care.start + rng.integers(200, 420, count)
    until = np.minimum(care.end, as_at)
    stays = (settled < until) & (rng.random(count) < 0.45) & ~care.short_break
    aims = choose(
        ("RETURN6M", "RETURNEV", "LTRELFR", "RESPLMT", "SUPPLIV", "ADOPTION", "OTHERPLN"),
        (24, 12, 14, 8, 12, 12, 18),
        count,
        rng,
    )
    texts = {
        k: quoted("{" + ",".join(f'"{key}":"{"Y" if key == k else "N"}"' for key in CARE_PLAN_KEYS) + "}")
        for k in CARE_PLAN_KEYS
    }
    to_18 = np.where(stays, settled, NEVER)
    second = np.flatnonzero(stays)
    row = np.concatenate([real, second])
    later = np.arange(len(row)) >= len(real)
    begun = np.where(later, settled[row], np.minimum(care.start[row] + 6, until[row]))
    ended = np.where(~later & stays[row], settled[row], care.end[row])
    book.add(
        "ssd_cla_care_plan",
        lacp_table_id=numbered("LP", len(row)),
        lacp_person_id=people.ids(care.person[row]),
        lacp_cla_care_plan_start_date=book.dates(begun),
        lacp_cla_care_plan_end_date=book.dates(ended),
        lacp_cla_care_plan_json=[
            texts["LTFOST18" if s else aims[r]] for r, s in zip(row.tolist(), later.tolist(), strict=True)
        ],
    )
    return to_18


def _visits(
    book: Book,
    care: Care,
    homes: Placements,
    law: Statuses,
    people: People,
    first_review: Days,
    to_18: Days,
    as_at: int,
    rng: np.random.Generator,
) -> None:
    """ssd_cla_visits by placement: a week, then six weeks; three months after a year in a lasting home."""
    interim_from, interim_to = np.full(len(care), NEVER), np.full(len(care), NEVER)
    first = np.array([c == "C1" for c in law.code], dtype=bool)
    interim_from[law.period[first]], interim_to[law.period[first]] = law.start[first], law.end[first]
    kept = np.flatnonzero(~care.short_break[homes.period])
    period, start = homes.period[kept], homes.start[kept]
    kinds = np.array(homes.type)[kept]
    adult = eighteenth_birthday(people)[care.person[period]]
    end = np.minimum(np.minimum(homes.end[kept], care.end[period]), adult)
    anniversary = plus_months(start, 12)
    lasting, parents = np.isin(kinds, ("U1", "U4")), kinds == "P1"

    def due(step: int, last: Days, who: Ints) -> Days:
        if step == 0:
            return plus(last, 7)
        long = (last >= anniversary[who]) & (lasting[who] | (to_18[period[who]] <= last))
        out = np.where(long, plus_months(last, 3), last + 42)
        interim = parents[who] & (interim_from[period[who]] <= last) & (last < interim_to[period[who]])
        return np.where(interim, last + np.where(last < first_review[period[who]], 7, 28), out)

    made = keep(
        start,
        end,
        as_at,
        due,
        rng,
        overdue=0.06,
        days_over=(14.0, 1),
        late=0.09,
        late_days=10.0,
    )
    n = len(made.day)
    failed = np.flatnonzero(rng.random(n) < 0.03)
    row = np.concatenate([made.subject, made.subject[failed]])
    day = np.concatenate([made.day, np.maximum(made.day[failed] - 2, start[made.subject[failed]])])
    seen = np.arange(len(row)) < n
    book.add(
        "ssd_cla_visits",
        clav_cla_visit_id=numbered("LV", len(row)),
        clav_cla_id=ids("L", (period[row] + 1).tolist()),
        clav_person_id=people.ids(care.person[period[row]]),
        clav_cla_visit_date=book.dates(day),
        clav_cla_visit_seen=flags(seen),
        clav_cla_visit_seen_alone=flags(seen & (rng.random(len(row)) < 0.86)),
    )


def _health(
    book: Book, person: Ints, start: Days, end: Days, people: People, as_at: int, rng: np.random.Generator
) -> None:
    """ssd_cla_health: initial and review health assessments, dental checks, some planned or refused ones."""
    n = len(person)
    born = people.born[person]
    delay = np.where(rng.random(n) < 0.86, rng.integers(10, 26, n), rng.integers(31, 60, n))
    initial = working_days.add(start + delay, 0)
    late_now = (initial > as_at) & (start < as_at - 29) & (end > as_at) & (rng.random(n) < 0.7)
    initial = np.where(late_now, start + 25, initial)
    had = np.flatnonzero((initial <= np.minimum(end, as_at)) & ((end > as_at) | (rng.random(n) < 0.98)))

    def review_due(step: int, last: Days, who: Ints) -> Days:
        young = plus_months(last, 6) < birthday(born[had[who]], 5)
        return np.where(young, plus_months(last, 6), plus_months(last, 12))

    def yearly(step: int, last: Days, who: Ints) -> Days:
        return plus_months(last, 12)

    reviews = keep(
        initial[had],
        end[had],
        as_at,
        review_due,
        rng,
        overdue=0.07,
        days_over=(22.0, 2),
        late=0.08,
        soonest=0.85,
    )
    dental = keep(
        start,
        end,
        as_at,
        yearly,
        rng,
        overdue=0.08,
        days_over=(25.0, 3),
        late=0.1,
        soonest=0.4,
    )
    who = np.concatenate([person[had], person[had][reviews.subject], person[dental.subject]])
    day = np.concatenate([initial[had], reviews.day, dental.day])
    what = ["Initial Health Assessment"] * len(had) + ["Review Health Assessment"] * len(reviews.day)
    what += ["Dental check"] * len(dental.day)
    status = ["Completed"] * len(who)
    extra = np.flatnonzero(rng.random(len(who)) < 0.03)
    who = np.concatenate([who, who[extra]])
    day = np.concatenate([day, day[extra] - rng.integers(5, 12, len(extra))])
    what += [what[i] for i in extra.tolist()]
    status += choose(("Refused", "Cancelled", "Planned"), (3, 2, 1), len(extra), rng)
    book.add(
        "ssd_cla_health",
        clah_health_check_id=numbered("HC", len(who)),
        clah_person_id=people.ids(who),
        clah_health_check_type=what,
        clah_health_check_date=book.dates(day),
        clah_health_check_status=status,
    )


def _learning(
    book: Book, person: Ints, start: Days, end: Days, people: People, as_at: int, rng: np.random.Generator
) -> None:
    """ssd_sdq_scores once a year from four to sixteen; local_peps every term from four."""
    born = people.born[person]
    fourth, last_sdq = birthday(born, 4), np.minimum(end, birthday(born, 17) - 5)

    def sdq_due(step: int, last: Days, who: Ints) -> Days:
        return np.maximum(plus_months(last, 12), fourth[who])

    some = np.flatnonzero(last_sdq > start)
    scores = keep(
        start[some],
        last_sdq[some],
        as_at,
        lambda step, last, who: sdq_due(step, last, some[who]),
        rng,
        overdue=0.07,
        days_over=(20.0, 2),
        late=0.08,
        soonest=0.8,
    )
    n = len(scores.day)
    book.add(
        "ssd_sdq_scores",
        csdq_table_id=numbered("Q", n),
        csdq_person_id=people.ids(person[some][scores.subject]),
        csdq_sdq_completed_date=book.dates(scores.day),
        csdq_sdq_score=[str(s) for s in rng.binomial(40, 0.35, n).tolist()],
    )
    begin = np.maximum(start, fourth)
    taught = np.flatnonzero((begin < end) & (begin <= as_at))

    def pep_due(step: int, last: Days, who: Ints) -> Days:
        return working_days.add(last, 20) if step == 0 else plus_months(last, 4)

    peps = keep(
        begin[taught],
        end[taught],
        as_at,
        pep_due,
        rng,
        overdue=0.06,
        days_over=(12.0, 1),
        late=0.06,
        soonest=0.75,
    )
    book.add(
        "local_peps",
        pep_id=numbered("PE", len(peps.day)),
        person_id=people.ids(person[taught][peps.subject]),
        completed_date=book.dates(peps.day),
    )
