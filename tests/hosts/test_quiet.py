"""Faults below the hosts are written by kind and place; what they quote is not."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading

import pytest

from bot.hosts.quiet import WithoutWords, quieten

ROW = "row of C101"


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    quieten()


def _fails() -> None:
    raise RuntimeError(ROW)


async def test_a_task_that_nobody_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    async def fails() -> None:
        _fails()

    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    del task
    gc.collect()
    assert "RuntimeError at " in caplog.text
    assert ROW not in caplog.text


def test_a_thread(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    thread = threading.Thread(target=_fails)
    thread.start()
    thread.join()
    assert "a thread failed: RuntimeError at " in caplog.text
    assert ROW not in caplog.text + capfd.readouterr().err


def test_a_record_with_an_exception_keeps_its_first_line_kind_and_place() -> None:
    try:
        _fails()
    except RuntimeError as error:
        record = logging.LogRecord(
            "any", logging.ERROR, "f", 1, "it broke, %s\nwith more", ("here",), (type(error), error, None)
        )
    assert WithoutWords().filter(record)
    said = logging.Formatter().format(record)
    assert said.startswith("it broke, here: RuntimeError at ")
    assert "more" not in said
    assert ROW not in said
