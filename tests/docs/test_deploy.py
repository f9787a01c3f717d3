"""deploy/ fits the program: its settings are settings, what it starts exists, what it promises is so."""

from __future__ import annotations

import asyncio
import json
import os
import re
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import kpi_engine
from bot.settings import load_settings

from .pages import PACKAGE_ONLY, ROOT, named_variables, variables
from .samples import env_sample
from .test_readme import REWRITE, wrong_with

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
BICEP = (DEPLOY / "azure" / "main.bicep").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
FROM_FILES = {"PERFBOT_DATABASE_URL", "PERFBOT_STORE_KEY", "PERFBOT_APP_PASSWORD"}
ALLOWED_GUIDS = {"4633458b-17de-408a-875b-0445c86b69e6"}
"""Azure's own built-in role, the same in every tenant."""


def test_the_sample_holds_every_setting() -> None:
    path = DEPLOY / "env.sample"
    if os.environ.get(REWRITE) == "write":
        path.write_text(env_sample(), encoding="utf-8")
    assert path.read_text("utf-8") == env_sample(), f"Put it right with: {REWRITE}=write pytest tests/docs"


def test_a_program_starts_with_the_sample_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    plain = load_settings()
    for line in env_sample().splitlines():
        if line.startswith("#PERFBOT_") and not line.endswith("="):
            name, _, value = line[1:].partition("=")
            monkeypatch.setenv(name, value)
    assert load_settings() == plain


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*")), ids=lambda path: path.name)
def test_every_variable_is_a_setting(path: Path) -> None:
    if path.suffix in (".png", ".pyc") or path.is_dir():
        return
    found = {name.removesuffix("_FILE") for name in named_variables(path.read_text("utf-8"))}
    assert found <= variables() | PACKAGE_ONLY


# The container


def test_the_image_installs_the_locked_versions_by_hash() -> None:
    assert "COPY requirements.lock" in DOCKERFILE
    assert "--require-hashes -r requirements.lock" in DOCKERFILE
    assert "--hash=sha256:" in (ROOT / "requirements.lock").read_text("utf-8")
    installs = re.findall(r"pip install ([^\n]*)", DOCKERFILE)
    assert all("--require-hashes" in each or "--no-deps" in each for each in installs)


def test_what_the_image_copies_exists() -> None:
    for line in re.findall(r"^COPY (?!--from)(?:--chmod=\d+ )?(.+) \S+$", DOCKERFILE, flags=re.MULTILINE):
        for source in line.split():
            assert (ROOT / source).exists(), source


def test_what_is_taken_out_of_the_image_is_for_tests_alone() -> None:
    needed, _, tools = (
        (ROOT / "pyproject.toml").read_text("utf-8").partition("[project.optional-dependencies]")
    )
    assert all(f'"{name}' in tools and f'"{name}' not in needed for name in _taken_out())


def _taken_out() -> set[str]:
    removed = re.findall(r"pip uninstall --yes --quiet \\\n(.*?)\n\n", DOCKERFILE, flags=re.DOTALL)
    return set(removed[0].replace("\\", " ").split())


def test_the_program_is_whole_without_what_is_taken_out(tmp_path: Path) -> None:
    """Every module is imported, and an answer given, with the removed packages out of reach."""
    script = tmp_path / "start.py"
    script.write_text(WITHOUT_TOOLS.format(removed=sorted(_taken_out())), encoding="utf-8")
    done = subprocess.run([sys.executable, script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 100


WITHOUT_TOOLS = """
import importlib, importlib.metadata, pkgutil, sys
sys.path.insert(0, ".")
removed = {removed}
gone = {{top for top, owners in importlib.metadata.packages_distributions().items() for owner in owners
        if owner.lower().replace("_", "-") in removed and set(o.lower() for o in owners) <= set(removed)}}
class Closed:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in gone:
            raise ModuleNotFoundError(f"no {{name}} in the image")
sys.meta_path.insert(0, Closed())
count = 0
for root in ("kpi_engine", "bot", "schedules"):
    for module in pkgutil.walk_packages(importlib.import_module(root).__path__, root + "."):
        if not module.name.endswith("__main__") and ".migrations." not in module.name:
            importlib.import_module(module.name)
            count += 1
assert {{"pytest", "duckdb", "playwright"}} <= gone
print(count)
"""


def test_the_image_runs_as_nobody_in_particular() -> None:
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, flags=re.MULTILINE) == ["10001:10001"]
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]
    assert "USER" in last_stage
    assert "COPY . " not in DOCKERFILE


async def test_the_health_check_finds_a_running_bot_and_no_other(tmp_path: Path) -> None:
    command = json.loads(re.findall(r"^HEALTHCHECK .*\\\n +CMD (\[.*\])$", DOCKERFILE, flags=re.MULTILINE)[0])
    kpi_engine.make_authority(tmp_path / "ssd", children=40, as_at=date(2026, 11, 15))
    kpi_engine.load(str(tmp_path / "ssd"), None, tmp_path)
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve",
        env={**os.environ, "PERFBOT_HOME": str(tmp_path), "PERFBOT_LOCAL_MODE": "true", "PERFBOT_PORT": "0"},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert bot.stdout
        port = re.findall(r":(\d+)/", (await bot.stdout.readline()).decode())[0]
        assert await _status(command, port) == 0
    finally:
        bot.terminate()
        ended = await bot.wait()
    assert ended == 0
    assert await _status(command, port) != 0


async def _status(command: list[str], port: str) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command[1:],
        env={**os.environ, "PERFBOT_PORT": port},
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await process.wait()


def test_secrets_come_from_files(tmp_path: Path) -> None:
    script = DEPLOY / "entrypoint.sh"
    assert script.stat().st_mode & stat.S_IXUSR
    (tmp_path / "perfbot").write_text('#!/bin/sh\nenv | grep ^PERFBOT_ | sort; echo "$@"\n')
    (tmp_path / "perfbot").chmod(0o755)
    (tmp_path / "secret").write_text("a $(touch no) 'secret' word\n")
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "PERFBOT_STORE_KEY_FILE": str(tmp_path / "secret"),
        "PERFBOT_PORT": "1",
    }
    said = subprocess.run(
        [script, "serve"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert said.stdout == "PERFBOT_PORT=1\nPERFBOT_STORE_KEY=a $(touch no) 'secret' word\nserve\n"
    assert not (tmp_path / "no").exists()


def test_a_missing_secret_file_stops_the_start(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "PERFBOT_STORE_KEY_FILE": str(tmp_path / "none")}
    done = subprocess.run(
        [DEPLOY / "entrypoint.sh", "serve"], env=environment, capture_output=True, check=False
    )
    assert done.returncode != 0


# The composition


def test_the_composition_holds_no_secret_and_reads_every_one_from_a_file() -> None:
    environment = COMPOSE["services"]["perfbot"]["environment"]
    assert {f"{name}_FILE" for name in FROM_FILES} <= set(environment)
    assert not FROM_FILES & set(environment)
    for name in FROM_FILES:
        assert (
            environment[f"{name}_FILE"].removeprefix("/run/secrets/")
            in COMPOSE["services"]["perfbot"]["secrets"]
        )
    ignored = (DEPLOY / ".gitignore").read_text("utf-8").split()
    assert "/secrets/" in ignored
    assert all(each["file"].startswith("./secrets/") for each in COMPOSE["secrets"].values())
    assert {f"/{file}" for file in COMPOSE["services"]["perfbot"]["env_file"]} <= set(ignored)


def test_the_composition_starts_a_command_that_exists_from_a_file_that_exists() -> None:
    service = COMPOSE["services"]["perfbot"]
    assert not wrong_with(["perfbot", *service["command"]])
    assert (ROOT / service["build"]["dockerfile"]).is_file()
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


# Azure


def test_azure_holds_no_ids_and_no_secrets() -> None:
    guids = set(re.findall(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", BICEP, flags=re.IGNORECASE))
    assert guids == ALLOWED_GUIDS
    secure = re.findall(r"@secure\(\)\n(?:@.*\n)*param (\w+) string(.*)", BICEP)
    assert {name for name, _ in secure} == {"appPassword", "storeKey", "databasePassword"}
    assert not any(default.strip() for _, default in secure)


def test_azure_gives_the_bot_what_it_cannot_start_without() -> None:
    given = dict(re.findall(r"\{ name: '(PERFBOT_\w+)', (value|secretRef): ", BICEP))
    assert {"PERFBOT_APP_ID", "PERFBOT_APP_TENANT_ID", "PERFBOT_HOME", "PERFBOT_HOST"} <= set(given)
    assert {name for name, how in given.items() if how == "secretRef"} == FROM_FILES
    assert "msaAppType: 'SingleTenant'" in BICEP
    assert "/api/messages" in BICEP


# The threats


def test_every_threat_names_a_test_that_exists_or_says_that_there_is_none() -> None:
    table = [
        line
        for line in (DEPLOY / "THREATS.md").read_text("utf-8").splitlines()
        if re.match(r"\| [STRIDE]\d+ \|", line)
    ]
    assert {line[2] for line in table} == set("STRIDE")
    for line in table:
        cover = line.rstrip("| ").rpartition("|")[2]
        named = re.findall(r"tests/[\w/]+(?:\.py)?", cover)
        assert named or "no test" in cover, line
        assert all((ROOT / each).exists() for each in named), line


def test_every_line_of_the_checklist_names_a_test_that_exists_or_says_that_it_is_not_met() -> None:
    lines = (DEPLOY / "ASVS.md").read_text("utf-8").splitlines()
    table = [line for line in lines if re.match(r"\| (8|16)\.\d\.\d \|", line)]
    assert len({line.split()[1] for line in table}) == len(table) == 13 + 17
    for line in table:
        cover = line.rstrip("| ").rpartition("|")[2]
        named = re.findall(r"tests/[\w/]+(?:\.py)?", cover)
        assert named or "not met" in cover, line
        assert all((ROOT / each).exists() for each in named), line
