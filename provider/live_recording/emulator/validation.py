"""Checks a request's parameters against the tables of `schemas.py`."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from urllib.parse import parse_qsl

from live_recording.emulator.assumptions import DEFAULT, ParameterCheck
from live_recording.emulator.messages import Fields, Refusal
from live_recording.emulator.schemas import Action, Field, Schema
from live_recording.emulator.sites import Site

ABSENT = object()
WORDS = {int: "a whole number", bool: "true or false", str: "a text", list: "a list"}


@dataclass(frozen=True, slots=True)
class Place:
    """A parameter that is declared (`field`), or sent (`value`), or both."""

    path: str
    field: Field | None
    value: object


def refusal(
    action: Action,
    body: Fields,
    order: Iterable[ParameterCheck] = DEFAULT.parameter_checks,
    stored: Fields | None = None,
) -> Refusal | None:
    """Return the first problem of a request's parameters, in the order of the checks.

    A value that *stored* has already is never out of range (assumed).
    """
    places = tuple(walk(action.fields, body))
    sent = tuple(place for place in places if place.value is not ABSENT)
    typed = [place for place in sent if place.field and _typed(place.field, place.value)]
    found: dict[ParameterCheck, Iterator[Refusal]] = {
        "unknown": _unknown(places),
        "missing": _missing(places),
        "type": _mistyped(sent),
        "value": _not_allowed(typed, action, stored or {}),
    }
    return next(chain.from_iterable(found[check] for check in order), None)


def problem_of_stored(fields: Schema, entry: Fields) -> Refusal | None:
    """Return the first problem of an object that an account holds: consoles and older rules wrote other values and fields."""
    places = tuple(walk(fields, entry))
    sent = (place for place in places if place.value is not ABSENT)
    return next(chain(_missing(places), _mistyped(sent)), None)


def unknown_action(action: str, known: Iterable[str]) -> Refusal:
    """Return the error for an action that does not exist, or is not emulated."""
    return Refusal("InvalidAction", f'The action "{action}" is not known. Known are {", ".join(known)}.')


def wrong_region(action: str, schema: Action, region: str, site: Site) -> Refusal | None:
    """Return the error for a region that is missing or unknown, of an action that needs one."""
    if not schema.regional or region in site.regions:
        return None
    code, seen = ("UnsupportedRegion", f'is "{region}"') if region else ("MissingParameter", "is missing")
    return Refusal(code, f"Region {seen}. {action} on {site.name} allows {', '.join(sorted(site.regions))}.")


def _unknown(places: Iterable[Place]) -> Iterator[Refusal]:
    for place in places:
        if not place.field:
            yield Refusal("UnknownParameter", f"The parameter `{place.path}` is not recognized.")


def _missing(places: Iterable[Place]) -> Iterator[Refusal]:
    for place in places:
        if place.field and place.field.required and place.value is ABSENT:
            yield Refusal("MissingParameter", f"The parameter `{place.path}` is required.")


def _mistyped(sent: Iterable[Place]) -> Iterator[Refusal]:
    for place in sent:
        if place.field and not _typed(place.field, place.value):
            message = f"The parameter `{place.path}` is {json.dumps(place.value)}. It must be {_words(place.field)}."
            yield Refusal("InvalidParameter", message)


def _not_allowed(sent: Iterable[Place], action: Action, stored: Fields) -> Iterator[Refusal]:
    for place in sent:
        field, value = place.field, place.value
        if field and field.allowed and not field.allowed.holds(value) and _value_at(stored, place.path) != value:
            message = f"The parameter `{place.path}` is {json.dumps(value)}. Allowed is {field.allowed.words}."
            yield Refusal(field.code or action.code, message)


def _value_at(stored: object, path: str) -> object:
    for name in path.split("."):
        stored = stored.get(name, ABSENT) if isinstance(stored, Mapping) else ABSENT
    return stored


def walk(fields: Schema, body: Fields, prefix: str = "") -> Iterator[Place]:
    """Yield every parameter of a request, nested ones as `Mp4Param.Enable`."""
    for name in (*fields, *(name for name in body if name not in fields)):
        place = Place(prefix + name, fields.get(name), body.get(name, ABSENT))
        yield place
        if place.field and isinstance(place.value, dict) and not isinstance(place.field.kind, type):
            yield from walk(place.field.kind, place.value, f"{prefix}{name}.")


def from_query(fields: Schema, query: str) -> Fields:
    """Return the body of a flattened GET query (`Mp4Param.Enable=1`); text values get the schema's types."""
    body: Fields = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        *outer, last = name.split(".")
        inside, schema = body, fields
        for part in outer:
            kind = schema[part].kind if part in schema else {}
            schema = {} if isinstance(kind, type) else kind
            if not isinstance(inside.get(part), dict):
                inside[part] = {}
            inside = inside[part]
        inside[last] = _coerced(schema.get(last), text)
    return body


def unquoted(fields: Schema, body: Fields) -> Fields:
    """Return the body with numbers and booleans where it has them in quotes."""
    return {name: _unquoted(fields.get(name), value) for name, value in body.items()}


def _unquoted(field: Field | None, value: object) -> object:
    if isinstance(value, dict) and field and not isinstance(field.kind, type):
        return unquoted(field.kind, value)
    return _coerced(field, value) if isinstance(value, str) else value


def _coerced(field: Field | None, text: str) -> object:
    if field and field.kind is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    return int(text) if field and field.kind is int and re.fullmatch(r"-?[0-9]{1,20}", text) else text


def _typed(field: Field, value: object) -> bool:
    # A bool is an int to Python, not to JSON.
    return type(value) is field.kind if isinstance(field.kind, type) else isinstance(value, dict)


def _words(field: Field) -> str:
    return WORDS[field.kind] if isinstance(field.kind, type) else "an object"
