"""The JSON Schema of a stack file, for editors. It is generated from the model, so it has no checks of `lint`."""

from typing import Any

from live_recording.stackfile.entries import Choice, Entry, EntryOf, Field, ListOf, MapOf, Nullable, Scalar, ValueType
from live_recording.stackfile.model import SECTIONS, Stack

_Definitions = dict[str, dict[str, Any]]
"""The schemas of the models inside a file, by name."""


def stack_schema() -> dict[str, Any]:
    """Return the JSON Schema, draft 2020-12."""
    definitions: _Definitions = {}
    schema = _model_schema(Stack, definitions)
    for name in SECTIONS:  # null removes an entry of a shared file
        (entry,) = schema["properties"][name]["patternProperties"].values()
        definitions[entry["$ref"].rpartition("/")[2]]["type"] = ["object", "null"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": dict(sorted(definitions.items())),
        **schema,
        "title": "Stack file",
    }


def _model_schema(model: type[Entry], definitions: _Definitions) -> dict[str, Any]:
    required = [known.key for known in model.fields.values() if known.is_required]
    return {
        "additionalProperties": False,
        "description": model.__doc__,
        "properties": {known.key: _field_schema(known, definitions) for known in model.fields.values()},
        **({"required": required} if required else {}),
        "title": model.__name__,
        "type": "object",
    }


def _field_schema(known: Field, definitions: _Definitions) -> dict[str, Any]:
    """Return the schema of a field, without a default that says nothing."""
    default = known.default.field_values() if isinstance(known.default, Entry) else known.default
    shown = {} if known.is_required or default in (None, {}, ()) else {"default": default}
    schema = {"description": known.description, **shown, **_value_schema(known.type, definitions)}
    closed = {"additionalProperties": False} if "patternProperties" in schema else {}
    return dict(sorted(schema.items())) | closed


def _value_schema(value: ValueType, definitions: _Definitions) -> dict[str, Any]:
    match value:
        case Scalar():
            return dict(value.schema)
        case Choice():
            return {"enum": [*value.words], "type": "string"}
        case Nullable():  # an unset field is left out of the file
            return _value_schema(value.value, definitions)
        case ListOf():
            return {"items": _value_schema(value.item, definitions), "type": "array"}
        case MapOf():
            pattern = value.key.schema["pattern"]
            return {"patternProperties": {pattern: _value_schema(value.value, definitions)}, "type": "object"}
        case EntryOf():
            name = value.model.__name__
            if name not in definitions:
                definitions[name] = _model_schema(value.model, definitions)
            return {"$ref": f"#/$defs/{name}"}
    raise TypeError(f"no JSON Schema for {value}")
