"""YAML files that a manager edits (targets, local standards): read with the line of every entry, so that a slip of
the pen is answered with the line to mend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kpi_engine.errors import InputError

FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C where it is built in: ten times as fast."""


@dataclass(frozen=True)
class YamlFile:
    """source: the file's name.  told: what it says.  lines: the line of each entry, by its keys from the top."""

    source: str
    told: dict[str, Any]
    lines: dict[tuple[str, ...], int]

    def fault(self, sentence: str, *keys: str) -> InputError:
        """An error that names the file and the line of the nearest entry that is there."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        where = f", line {self.lines[keys]}" if keys else ""
        return InputError(f"{self.source}{where}: {sentence}")


def read_file(path: Path) -> YamlFile:
    """Raises InputError, naming the file, where it cannot be read."""
    try:
        return parse(path.read_text("utf-8-sig"), path.name)
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path.name} cannot be read; it should be a text file in UTF-8.") from None


def parse(text: str, source: str) -> YamlFile:
    """The text of a file. Raises InputError, naming file and line, for what is not YAML, no list of entries, or there
    twice."""
    try:
        top = yaml.compose(text, Loader=FAST)
        _check_dates(top, source)
        told = None if top is None else yaml.SafeLoader("").construct_document(top)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise InputError(f"{source}{where}: not valid YAML; mend it and start again.") from None
    if told is None:
        return YamlFile(source, {}, {})
    if not isinstance(told, dict):
        raise InputError(
            f"{source}, line 1: this should be entries, each with its name, a colon and what it says."
        )
    lines: dict[tuple[str, ...], int] = {}
    _walk(top, (), lines, source)
    return YamlFile(source, told, lines)


def _check_dates(node: yaml.Node | None, source: str) -> None:
    """A date such as 2015-02-30 looks like one and is none."""
    if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:timestamp":
        try:
            yaml.SafeLoader("").construct_yaml_timestamp(node)
        except ValueError:
            line = node.start_mark.line + 1
            raise InputError(f"{source}, line {line}: {node.value} is no date that exists.") from None
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            for part in pair:
                _check_dates(part, source)
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            _check_dates(part, source)


def _walk(
    node: yaml.Node | None, above: tuple[str, ...], lines: dict[tuple[str, ...], int], source: str
) -> None:
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        place, line = (*above, str(key.value)), key.start_mark.line + 1
        if place in lines:
            raise InputError(f"{source}, line {line}: {key.value} is there twice; keep one.")
        lines[place] = line
        _walk(value, place, lines, source)
