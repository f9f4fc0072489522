"""The JSON Schema of a stack file, for editors. It is generated from the model, so it has no checks of `lint`."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from live_recording.stackfile.model import SECTIONS, Stack


class PlainJsonSchema(GenerateJsonSchema):
    """A generator that omits null and titles: an unset field is left out of the file."""

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        """Return the schema of the value that is not null."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        """Return the schema of a field, without a default that says nothing."""
        if schema.get("default") in (None, {}, ()):
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Return False."""
        del schema
        return False


def stack_schema() -> dict[str, Any]:
    """Return the JSON Schema, draft 2020-12."""
    schema = Stack.model_json_schema(schema_generator=PlainJsonSchema)
    for name, section in schema["properties"].items():
        if "patternProperties" in section:
            section["additionalProperties"] = False
        if name in SECTIONS:  # null removes an entry of a shared file
            (entry,) = section["patternProperties"].values()
            schema["$defs"][entry["$ref"].rpartition("/")[2]]["type"] = ["object", "null"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Stack file"}
