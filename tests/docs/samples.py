"""deploy/env.sample, from the settings themselves."""

from __future__ import annotations

import textwrap

from pydantic import SecretStr

from bot.settings import Settings

HEAD = """\
# Every setting of perfbot with its default. Copy to perfbot.env and take the # away before those you change.
# Where deploy/entrypoint.sh starts the program a secret may come in a file: PERFBOT_APP_PASSWORD_FILE names it.
"""
WIDTH = 110


def env_sample() -> str:
    """The whole file: each setting's description, then its line."""
    lines = [HEAD]
    for name, field in Settings.model_fields.items():
        description = textwrap.fill(field.description or "", WIDTH - 2)
        lines += [
            *(f"# {line}" for line in description.splitlines()),
            f"#PERFBOT_{name.upper()}={_shown(field.default)}",
            "",
        ]
    return "\n".join(lines)


def _shown(default: object) -> str:
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    if isinstance(default, tuple):
        return ", ".join(str(each) for each in default)
    return str(default).lower() if isinstance(default, bool) else str(default)
