"""Reconciliation: an extract against a statutory return, a CIN Census XML or an SSDA903 folder.

Both sides become the same records (records.py), children are matched by id, records by kind and date (compare.py).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kpi_engine.errors import InputError
from kpi_engine.reconcile.compare import Difference, Reconciliation, compare
from kpi_engine.reconcile.extract import our_return

if TYPE_CHECKING:
    from kpi_engine.engine import Engine

__all__ = ["Difference", "Reconciliation", "reconcile"]


def reconcile(engine: Engine, path: Path, year_ending: date | None = None) -> Reconciliation:
    """Compare an opened extract with a return.

    path: a CIN Census XML, or an SSDA903 folder (or one of its CSV files: its fellows of the same year are read too).
    year_ending: the last day of the return's year; a CIN Census says it, an SSDA903 return does not (the 31 March
    on or after its newest episode is taken).
    Raises InputError, in one sentence, for a file that is neither.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist; name a CIN Census XML file or an SSDA903 folder.")
    if path.is_dir() or path.suffix.lower() == ".csv":
        from kpi_engine.reconcile.ssda903 import read_ssda903

        theirs = read_ssda903(path, year_ending)
    else:
        from kpi_engine.reconcile.cin_census import read_cin_census

        theirs = read_cin_census(path, year_ending)
    return compare(theirs, our_return(engine, theirs))
