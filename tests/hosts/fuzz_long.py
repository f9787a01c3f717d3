"""The long run of test_fuzz.py, in shards: `python tests/hosts/fuzz_long.py fuzz.json`.

Every shard is a run of the test with a seed of its own, in a process of its own. Its figures are added to the report
as it ends, so a run that is stopped goes on where it was when it is started again with the same report. No new shard
begins once one has failed: each fault names the seed and the body that show it again. A failed one is run again.

    PERFBOT_FUZZ_BODIES=1000000   in all
    PERFBOT_FUZZ_SHARD=20000      bodies of one shard
    PERFBOT_FUZZ_PROCESSES=2      shards at a time
    PERFBOT_FUZZ_SEED=1           seed of the first shard; each next one has the next
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

TEST = Path(__file__).with_name("test_fuzz.py")
ADDED = ("bodies", "seconds", "posts", "answers_with_children")
LAST_LINES = 15


def run(report: Path, wanted: Mapping[int, int], processes: int) -> dict[str, Any]:
    """Runs what is not in the report yet, and gives its sums. wanted: seed -> bodies, one entry for each shard."""
    kept = json.loads(report.read_text())["shards"] if report.exists() else {}
    shards: dict[str, Any] = {seed: shard for seed, shard in kept.items() if shard["passed"]}
    writing = Lock()

    def one(seed: int) -> None:
        if not all(shard["passed"] for shard in shards.values()):
            return
        figures = _shard(seed, wanted[seed])
        with writing:
            shards[str(seed)] = figures
            _keep(report, {"all": sums(shards, wanted), "shards": shards})

    missing = [seed for seed, bodies in wanted.items() if shards.get(str(seed), {}).get("bodies", 0) < bodies]
    with ThreadPoolExecutor(processes) as pool:
        list(pool.map(one, missing))
    return sums(shards, wanted)


def sums(shards: Mapping[str, Mapping[str, Any]], wanted: Mapping[int, int]) -> dict[str, Any]:
    """What all shards came to, and how many of the wanted ones are done."""
    statuses: Counter[str] = Counter()
    for shard in shards.values():
        statuses.update(shard.get("statuses", {}))
    return {
        **{name: sum(shard.get(name, 0) for shard in shards.values()) for name in ADDED},
        "statuses": dict(sorted(statuses.items())),
        "faults": [fault for shard in shards.values() for fault in shard.get("faults", ())],
        "failed": [seed for seed, shard in shards.items() if not shard["passed"]],
        "shards": f"{len(shards)} of {len(wanted)}",
    }


def _shard(seed: int, bodies: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "report.json"
        told = {
            "PERFBOT_FUZZ_BODIES": str(bodies),
            "PERFBOT_FUZZ_SEED": str(seed),
            "PERFBOT_FUZZ_REPORT": str(kept),
        }
        command = [
            sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "--show-capture=no",
            f"--basetemp={folder}/tests", str(TEST),
        ]  # fmt: skip
        done = subprocess.run(command, env={**os.environ, **told}, capture_output=True, text=True)
        figures: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {}
    figures["passed"] = done.returncode == 0
    if done.returncode:
        figures["said"] = done.stdout.splitlines()[-LAST_LINES:]
    return figures


def _keep(report: Path, value: Mapping[str, Any]) -> None:
    """In one step, so that a run that is stopped leaves a whole report."""
    beside = report.with_name(f"{report.name}.new")
    beside.write_text(json.dumps(value, indent=1))
    beside.replace(report)


def main() -> int:
    if len(sys.argv) != 2:
        sys.stderr.write(str(__doc__))
        return 2
    total, size, processes, first = (
        int(os.environ.get(f"PERFBOT_FUZZ_{name}", standard))
        for name, standard in (("BODIES", "1000000"), ("SHARD", "20000"), ("PROCESSES", "1"), ("SEED", "1"))
    )
    wanted = {first + number: min(size, total - number * size) for number in range(-(-total // size))}
    found = run(Path(sys.argv[1]), wanted, processes)
    sys.stdout.write(f"{json.dumps(found, indent=1)}\n")
    return 1 if found["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
