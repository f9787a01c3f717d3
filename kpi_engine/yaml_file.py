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
DATE = "tag:yaml.org,2002:timestamp"


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong with a file. line: from 1, or 0 for the file as a whole."""

    line: int
    sentence: str


@dataclass(frozen=True)
class YamlFile:
    """source: the file's name.  told: what it says.  lines: the line of each entry, by its keys from the top."""

    source: str
    told: dict[str, Any]
    lines: dict[tuple[str, ...], int]

    def line(self, *keys: str) -> int:
        """The line of the nearest entry that is there, or 0."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines[keys] if keys else 0

    def fault(self, sentence: str, *keys: str) -> InputError:
        """An error that names the file and the line of the nearest entry that is there."""
        return refusal(self.source, [Fault(self.line(*keys), sentence)])


def refusal(source: str, faults: list[Fault]) -> InputError:
    """The error of a file with faults: the first, and how many there are beside it."""
    first, others = min(faults), len(faults) - 1
    where = f", line {first.line}" if first.line else ""
    more = f" This file has {others} more fault{'' if others == 1 else 's'}." if others else ""
    return InputError(f"{source}{where}: {first.sentence}{more}")


def read_text(path: Path) -> str:
    """Raises InputError, naming the file, where it cannot be read."""
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path.name} cannot be read; it should be a text file in UTF-8.") from None


def read_file(path: Path) -> YamlFile:
    """Raises InputError, naming the file, where it cannot be read."""
    return parse(read_text(path), path.name)


def parse(text: str, source: str) -> YamlFile:
    """The text of a file. Raises InputError, naming file and line, for what is not YAML, no list of entries, or there
    twice."""
    found, faults = parse_all(text, source)
    if faults:
        raise refusal(source, faults)
    return found


def parse_all(text: str, source: str) -> tuple[YamlFile, list[Fault]]:
    """The text of a file as far as it can be read, and all that keeps it from being read."""
    faults: list[Fault] = []
    try:
        top = yaml.compose(text, Loader=FAST)
        _check_dates(top, faults)
        told = None if top is None else yaml.SafeLoader("").construct_document(top)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        return YamlFile(source, {}, {}), [Fault(line, "not valid YAML; mend it and start again.")]
    if told is None:
        return YamlFile(source, {}, {}), faults
    if not isinstance(told, dict):
        sentence = "this should be entries, each with its name, a colon and what it says."
        return YamlFile(source, {}, {}), [*faults, Fault(1, sentence)]
    lines: dict[tuple[str, ...], int] = {}
    _walk(top, (), lines, faults)
    return YamlFile(source, told, lines), faults


def _check_dates(node: yaml.Node | None, faults: list[Fault]) -> None:
    """A date such as 2015-02-30 looks like one and is none: a fault, and text from here on."""
    if isinstance(node, yaml.ScalarNode) and node.tag == DATE:
        try:
            yaml.SafeLoader("").construct_yaml_timestamp(node)
        except (ValueError, OverflowError):
            faults.append(Fault(node.start_mark.line + 1, f"{node.value} is no date that exists."))
            node.tag = "tag:yaml.org,2002:str"
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            for part in pair:
                _check_dates(part, faults)
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            _check_dates(part, faults)


def _walk(
    node: yaml.Node | None, above: tuple[str, ...], lines: dict[tuple[str, ...], int], faults: list[Fault]
) -> None:
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        place, line = (*above, _spelt(key)), key.start_mark.line + 1
        if place in lines:
            faults.append(Fault(line, f"{key.value} is there twice; keep one."))
            continue
        lines[place] = line
        _walk(value, place, lines, faults)


def _spelt(key: yaml.Node) -> str:
    """A name as it stands in the file; a date as 2015-09-30 however it was written."""
    if isinstance(key, yaml.ScalarNode) and key.tag == DATE:
        return str(yaml.SafeLoader("").construct_yaml_timestamp(key))
    return str(key.value)
