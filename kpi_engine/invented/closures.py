"""Why each case closed (B6)."""

from __future__ import annotations

import numpy as np

from kpi_engine.days import NEVER, plus_months
from kpi_engine.invented.allotting import spread
from kpi_engine.invented.cases import Cases, Kind, Role
from kpi_engine.invented.published import Shape

EARLY_HELP = 0.28
"""Share of the cases not in need that went on to early help (RC9); no further action for the others (RC8)."""


def make_closures(cases: Cases, shape: Shape, as_at: int, rng: np.random.Generator) -> list[str]:
    """The closure reason of every child-in-case: the published numbers in the last year, shares before.

    Adoption, special guardianship and child arrangements orders go to children who leave care, transfers to
    adult services to the disability team's, a death to a single child, the rest to anyone.
    """
    case, _ = spread(cases.size)
    out = np.full(len(case), "", dtype="<U3")
    help_ = (rng.random(len(cases)) < EARLY_HELP)[case]
    out[cases.kind[case] == Kind.NOT_IN_NEED] = "RC8"
    out[(cases.kind[case] == Kind.NOT_IN_NEED) & help_] = "RC9"
    out[cases.kind[case] == Kind.NFA] = "RC8"
    year = int(plus_months(np.array([as_at]), -12)[0])
    ended = cases.kind[case] == Kind.ENDED
    wanted = shape.ended_by_reason
    for some, scale in ((cases.end[case] > year, 1.0), (cases.end[case] <= year, None)):
        rows = np.flatnonzero(ended & some & (cases.end[case] < NEVER))
        share = scale if scale is not None else len(rows) / max(sum(wanted.values()), 1)
        left = set(rows.tolist())
        role = cases.role[case]
        for code, fits in (
            ("RC1", role == Role.CARE),
            ("RC3", role == Role.CARE),
            ("RC4", role == Role.CARE),
            ("RC6", role == Role.DISABILITY),
            ("RC2", (role == Role.NEED) & (cases.size[case] == 1) & (cases.before[case] < 0)),
            ("RC5", role != Role.CARE),
            ("", role != Role.CARE),
        ):
            able = np.array([r for r in rows.tolist() if r in left and fits[r]], dtype=np.int64)
            chosen = rng.permutation(able)[: round(wanted[code] * share)]
            out[chosen] = code
            left -= set(chosen.tolist())
            if code == "":
                out[list(left)] = "RC7"
    return [str(c) for c in out.tolist()]
