"""The JSON Schema of a stack file, for editors.

Rule 1: it is made from the models; what only a rule of `checks` knows is not in it.
"""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from live_recording.stackfile.model import Stack


class _Unset(GenerateJsonSchema):
    """A field that is not set is left out of the file; null stands nowhere."""

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        if schema.get("default") in (None, {}):
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False


def stack_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12."""
    made = Stack.model_json_schema(schema_generator=_Unset)
    for section in made["properties"].values():
        if "patternProperties" in section:
            section["additionalProperties"] = False
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "Stack file"}
