"""What the bot may put on a card, as a JSON Schema: Adaptive Cards 1.5 and Teams' three charts, nothing else.

Written by hand from the published element tables, and stricter: a misspelt property fails.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NON_EMPTY: Schema = {"type": "string", "minLength": 1}
SPACING = {"enum": ["None", "Small", "Default", "Medium", "Large", "ExtraLarge"]}
ELEMENT = {"$ref": "#/$defs/element"}
ACTION = {"$ref": "#/$defs/action"}
ANY_NUMBER = {"type": "number"}
COLOUR = {"enum": ["good", "warning", "attention", "accent"]}
CHART_COLOUR = {"enum": ["good", "warning", "attention", "neutral", "categoricalBlue", "categoricalPurple"]}


def _of(type_: str, required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {"type": {"const": type_}, **required, **(optional or {})},
        "required": ["type", *required],
        "additionalProperties": False,
    }


def _many(item: Schema, least: int = 1) -> Schema:
    return {"type": "array", "items": item, "minItems": least}


QUESTION: Schema = {
    "type": "object",
    "required": ["show", "unit", "as_at"],
    "properties": {
        "show": NON_EMPTY,
        "as_at": NON_EMPTY,
        "unit": {"type": "object", "required": ["kind", "id"]},
    },
}
DATA: Schema = {
    "oneOf": [
        {
            "type": "object",
            "properties": {
                "perfbot": {"const": "ask"},
                "question": QUESTION,
                "replace": {"type": "boolean"},
                "before": {"type": "array", "items": QUESTION, "minItems": 1, "maxItems": 4},
                "page": {"type": "integer", "minimum": 1},
            },
            "required": ["perfbot", "question", "replace"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"perfbot": {"const": "help"}},
            "required": ["perfbot"],
            "additionalProperties": False,
        },
    ]
}
TITLE: Schema = {"type": "string", "minLength": 1, "maxLength": 40}
FALLBACK = {"fallback": ELEMENT}
POINTS = _many(
    {
        "type": "object",
        "properties": {"x": NON_EMPTY, "y": ANY_NUMBER},
        "required": ["x", "y"],
        "additionalProperties": False,
    }
)
ELEMENTS: list[Schema] = [
    _of("TextBlock", {"text": NON_EMPTY, "wrap": {"const": True}}, {
        "weight": {"const": "Bolder"}, "size": {"enum": ["Small", "Large", "ExtraLarge"]}, "color": COLOUR,
        "isSubtle": {"const": True}, "spacing": SPACING, "style": {"const": "heading"},
    }),
    _of("Image", {"url": {"type": "string", "pattern": "^data:image/png;base64,"},
                  "altText": {"type": "string", "minLength": 15}}),
    _of("Container", {"items": _many(ELEMENT)}, {
        "style": {"enum": ["emphasis", "good"]}, "spacing": SPACING, "separator": {"const": True},
        "id": NON_EMPTY, "isVisible": {"const": False},
    }),
    _of("ColumnSet", {"columns": _many(_of("Column", {
        "width": {"anyOf": [{"enum": ["auto", "stretch"]}, {"type": "integer", "minimum": 1}]},
        "items": _many(ELEMENT), "verticalContentAlignment": {"const": "Center"},
    }))}, {"spacing": SPACING}),
    _of("FactSet", {"facts": _many({
        "type": "object", "properties": {"title": NON_EMPTY, "value": NON_EMPTY},
        "required": ["title", "value"],
        "additionalProperties": False,
    })}),
    _of("Table", {
        "columns": _many({"type": "object", "properties": {"width": {"type": "integer", "minimum": 1}},
                          "required": ["width"], "additionalProperties": False}, 2),
        "rows": _many(_of("TableRow", {"cells": _many(_of(
            "TableCell", {"items": _many(ELEMENT)}, {"selectAction": ACTION}), 2)}), 2),
        "firstRowAsHeader": {"const": True}, "showGridLines": {"const": False}, "fallback": ELEMENT,
    }, {"spacing": SPACING}),
    _of("Chart.Line", {"title": NON_EMPTY, "yAxisTitle": NON_EMPTY, "data": _many({
        "type": "object", "properties": {"legend": NON_EMPTY, "color": CHART_COLOUR, "values": POINTS},
        "required": ["legend", "color", "values"], "additionalProperties": False,
    }), **FALLBACK}),
    _of("Chart.HorizontalBar", {"title": NON_EMPTY, "xAxisTitle": NON_EMPTY, "data": _many({
        "type": "object", "properties": {"x": NON_EMPTY, "y": ANY_NUMBER, "color": CHART_COLOUR},
        "required": ["x", "y", "color"], "additionalProperties": False,
    }), "displayMode": {"const": "AbsoluteWithAxis"}, **FALLBACK}),
]  # fmt: skip
ACTIONS: list[Schema] = [
    _of("Action.Execute", {"title": TITLE, "verb": {"const": "perfbot"}, "data": DATA}),
    _of("Action.Submit", {"title": TITLE, "data": DATA}),
    _of("Action.ToggleVisibility", {"title": TITLE, "targetElements": _many(NON_EMPTY)}),
    _of("Action.OpenUrl", {"title": TITLE, "url": {"type": "string", "pattern": "^https://"}}),
]
CARD: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {"element": {"oneOf": ELEMENTS}, "action": {"oneOf": ACTIONS}},
    **_of(
        "AdaptiveCard",
        {
            "version": {"const": "1.5"},
            "$schema": NON_EMPTY,
            "fallbackText": NON_EMPTY,
            "body": _many(ELEMENT),
            "msteams": {"const": {"width": "Full"}},
        },
        {"actions": {"type": "array", "items": ACTION, "minItems": 1, "maxItems": 6}},
    ),
}
