"""The engine is pure: it reads no clock, no environment and no dice, so the same extract gives the same answers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[2] / "kpi_engine"
CLOCKS = {"now", "utcnow", "today", "fromtimestamp", "perf_counter", "monotonic", "time_ns", "getmtime"}
MODULES = {"time", "random", "secrets", "uuid", "getpass", "platform"}
ENVIRONMENT = {"environ", "environb", "getenv", "getlogin", "gethostname"}


def offences(source: str) -> Iterator[str]:
    """What in a module would make its answers depend on when, where or by whom it is run."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name) if name in ENVIRONMENT:
                yield f"line {node.lineno}: {name}"
            case ast.Call(func=ast.Attribute(attr=name)) if name in CLOCKS:
                yield f"line {node.lineno}: {name}"
            case ast.Attribute(value=ast.Name(id="date" | "datetime" | "Timestamp"), attr=name) if (
                name in CLOCKS
            ):
                yield f"line {node.lineno}: {name}"
            case ast.Import(names=names):
                yield from (f"line {node.lineno}: import {one.name}" for one in names if one.name in MODULES)
            case ast.ImportFrom(module=str(module), names=names):
                if module in MODULES or {one.name for one in names} & ENVIRONMENT:
                    yield f"line {node.lineno}: from {module}"
            case ast.Call(func=ast.Attribute(attr="default_rng"), args=[], keywords=[]):
                yield f"line {node.lineno}: dice without a seed"


@pytest.mark.parametrize("path", sorted(ENGINE.rglob("*.py")), ids=lambda path: str(path.relative_to(ENGINE)))
def test_the_engine_reads_no_clock_and_no_environment(path: Path) -> None:
    assert list(offences(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import date\nage = date.today()",
        "import datetime\nwhen = datetime.datetime.now(datetime.UTC)",
        "from datetime import datetime\nclock = datetime.now",
        "import pandas as pd\nwhen = pd.Timestamp.now()",
        "import time",
        "from time import time",
        "import os\nhome = os.environ['HOME']",
        "import os\nhome = os.getenv('HOME')",
        "from os import environ",
        "import numpy as np\ndice = np.random.default_rng()",
    ],
)
def test_the_check_notices(source: str) -> None:
    assert list(offences(source))


def test_the_check_lets_pass_what_is_given() -> None:
    assert not list(
        offences(
            "import numpy as np\nfrom datetime import date\ndice = np.random.default_rng(7)\nd = date(2026, 4, 2)"
        )
    )
