"""How a command ends: 0 done, 1 a bug, 2 somebody's mistake, 3 not permitted; never with a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import typer

from kpi_engine.errors import NotPermitted, PerfbotError

DONE, BUG, MISTAKE, REFUSED = 0, 1, 2, 3
APOLOGY = "Something went wrong inside perfbot and nothing was changed; this is a bug, please report it"


def guarded(app: Callable[..., Any]) -> int:
    """Runs the command line and gives its exit status; every error becomes one sentence on stderr."""
    try:
        status = app(standalone_mode=False)
    except typer.Exit as end:
        return int(end.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        return _end("Stopped.", MISTAKE)
    except typer.TyperException as error:
        return _end(error.format_message(), MISTAKE)
    except NotPermitted as error:
        return _end(str(error), REFUSED)
    except PerfbotError as error:
        return _end(str(error), MISTAKE)
    except BrokenPipeError:
        sys.stdout = None  # whoever read us has gone: nothing is left to flush
        return DONE
    except Exception as error:
        return _other(error)
    return status if isinstance(status, int) else DONE


def _other(error: Exception) -> int:
    """Errors of the store and the settings are the operator's to mend; anything else is a bug."""
    from sqlalchemy.exc import InterfaceError, OperationalError

    from bot.settings import SettingsError
    from bot.store import StoreUnavailable
    from bot.store.database import reason

    if isinstance(error, (SettingsError, StoreUnavailable)):
        return _end(str(error), MISTAKE)
    if isinstance(error, (OperationalError, InterfaceError)):  # full, read-only, gone: the operator's to mend
        return _end(f"The database cannot be used: {reason(error)}. Mend that and say it again.", MISTAKE)
    # The message of an unforeseen error may quote data: its kind and its place are enough to find it.
    return _end(f"{APOLOGY} ({type(error).__name__} at {_place(error)}).", BUG)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "an unknown place"


def _end(sentence: str, status: int) -> int:
    typer.echo(sentence, err=True)
    return status
