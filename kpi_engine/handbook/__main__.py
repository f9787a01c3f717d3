"""`python -m kpi_engine.handbook FOLDER [--cases FOLDER]`: writes the handbook."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kpi_engine.errors import InputError
from kpi_engine.handbook import write


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m kpi_engine.handbook", description="Writes the handbook.")
    parser.add_argument("folder", type=Path, help="where the pages go, for example docs/handbook")
    parser.add_argument("--cases", type=Path, default=Path("tests/worked_cases"), help="the worked cases")
    told = parser.parse_args(arguments)
    try:
        names = write(told.folder, told.cases)
    except (InputError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{len(names)} pages written to {told.folder}.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
