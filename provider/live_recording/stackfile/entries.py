"""Mappings with fixed keys, declared as classes: how they are read, with a finding for each mistake.

pydantic could read them too, but importing it and building its validators takes 0.2 s of CPU time in each of the four
Python processes of an `up`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, Self, dataclass_transform, get_args, get_origin

from live_recording.core.errors import InvalidValue
from live_recording.core.findings import Finding, KeyPath
from live_recording.core.text import escaped, nearest, quoted
from live_recording.stackfile.scalars import describe, word

REQUIRED: Any = object()
"""The default of a field that has none."""
INVALID: Any = object()
"""What is read of a value with a mistake that leaves nothing of it."""


@dataclass(slots=True)
class Reading:
    """What values are read with, and the mistakes so far."""

    domains: Mapping[str, str]  # name -> push domain
    findings: list[Finding] = field(default_factory=list)

    def reject(self, finding_id: str, path: KeyPath, message: str) -> Any:
        """Add a finding; return INVALID."""
        self.findings.append(Finding.new(finding_id, path, message))
        return INVALID


class ValueType(ABC):
    """How a value is read."""

    @abstractmethod
    def read(self, value: Any, path: KeyPath, reading: Reading) -> Any:
        """Return the value without what is wrong in it, or INVALID. Each mistake is added to the *reading*."""


@dataclass(frozen=True, slots=True, eq=False)
class Scalar(ValueType):
    """A value that a function reads, and its JSON Schema. The function raises InvalidValue."""

    reader: Callable[..., Any]
    schema: Mapping[str, Any]
    uses_domains: bool = False  # whether the reader's second argument is the names of domains

    def read(self, value: Any, path: KeyPath, reading: Reading) -> Any:
        """Return what the function returns."""
        try:
            return self.reader(value, reading.domains) if self.uses_domains else self.reader(value)
        except InvalidValue as error:
            return reading.reject(error.finding_id, path, error.message)


@dataclass(frozen=True, slots=True)
class Choice(ValueType):
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, value: Any, path: KeyPath, reading: Reading) -> Any:
        """Return the word."""
        written = word(value)
        if written in self.words:
            return written
        allowed = f"{', '.join(self.words[:-1])} or {self.words[-1]}"
        return reading.reject("out-of-range", path, f"Expected {allowed}, got {describe(written)}.")


@dataclass(frozen=True, slots=True)
class Nullable(ValueType):
    """A value, or None: an argument of a resource that is not set."""

    value: ValueType

    def read(self, value: Any, path: KeyPath, reading: Reading) -> Any:
        """Return the value or None."""
        return None if value is None else self.value.read(value, path, reading)


@dataclass(frozen=True, slots=True)
class ListOf(ValueType):
    """A list."""

    item: ValueType

    def read(self, value: Any, path: KeyPath, reading: Reading) -> Any:
        """Return a tuple, INVALID if an item is."""
        if not isinstance(value, list | tuple):
            message = f"Expected a list, got {describe(value)}. Put it between [ and ]."
            return reading.reject("wrong-type", path, message)
        items = tuple(self.item.read(item, (*path, index), reading) for index, item in enumerate(value))
        return INVALID if INVALID in items else items


@dataclass(frozen=True, slots=True)
class MapOf(ValueType):
    """Values by key."""

    key: Scalar
    value: ValueType

    def read(self, value: Any, path: KeyPath, reading: Reading) -> Any:
        """Return a dict, INVALID if a key or a value is."""
        if not isinstance(value, dict):
            example = "Write domains: {main: push.example.com}."
            message = f"Expected a mapping (name: domain), got {describe(value)}. {example}"
            return reading.reject("wrong-type", path, message)
        items = {
            self.key.read(key, (*path, key), reading): self.value.read(item, (*path, key), reading)
            for key, item in value.items()
        }
        return INVALID if INVALID in (*items, *items.values()) else items


@dataclass(frozen=True, slots=True)
class EntryOf(ValueType):
    """A mapping with the keys of a model."""

    model: "type[Entry]"

    def read(self, value: Any, path: KeyPath, reading: Reading) -> Any:
        """Return the entry with its valid fields, INVALID if a required one is not among them."""
        if not isinstance(value, dict):
            required = required_fields(self.model)
            example = f"{{{required}}}" if isinstance(path[-1], int) else f"{escaped(path[-1])}: {{{required}}}"
            return reading.reject("wrong-type", path, expected_mapping(describe(value), example, required))
        fields = self._read_fields(value, path, reading)
        keys = tuple(known.key for known in self.model.fields.values())
        for key in value:
            if key not in keys:
                reading.reject("unknown-field", (*path, key), _unknown_field(key, keys))
        return self.model(**fields) if self.model.required <= fields.keys() else INVALID

    def _read_fields(self, value: Mapping[str, Any], path: KeyPath, reading: Reading) -> dict[str, Any]:
        """Return the valid fields, by name."""
        read = {}
        for known in self.model.fields.values():
            if known.key in value:
                read[known.name] = known.type.read(value[known.key], (*path, known.key), reading)
            elif known.is_required:
                reading.reject("missing-field", path, f"Required field `{known.key}` is missing. Add it.")
        return {name: item for name, item in read.items() if item is not INVALID}


def _unknown_field(key: str, known: tuple[str, ...]) -> str:
    near = nearest(key, known)
    hint = f"Did you mean {near}?" if near else f"Known fields: {', '.join(known)}."
    return f"Unknown field {quoted(key)}. {hint}"


def required_fields(model: "type[Entry]") -> str:
    """Return the required fields as an example: `domain: ..., app: ...`."""
    return ", ".join(f"{known.key}: ..." for known in model.fields.values() if known.is_required)


def expected_mapping(seen: str, example: str, required: str) -> str:
    """Return the message for a value that is not a mapping with these *required* fields."""
    purpose = "" if required else " to use the defaults"
    return f"Expected a mapping (key: value), got {seen}. Write {example}{purpose}."


def value_type(annotation: Any) -> ValueType:
    """Return how a field with this annotation is read."""
    arguments = get_args(annotation)
    origin = get_origin(annotation)
    if origin is Annotated:
        scalar: Scalar = arguments[1]
        return scalar
    if NoneType in arguments:
        return Nullable(value_type(next(part for part in arguments if part is not NoneType)))
    if origin is Literal:
        return Choice(arguments)
    if origin is tuple:
        return ListOf(value_type(arguments[0]))
    if origin is Mapping:
        return MapOf(arguments[0].__metadata__[0], value_type(arguments[1]))
    return EntryOf(annotation)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a model: its name in Python, its key in the file, how it is read, its default, and what it means."""

    name: str
    key: str
    type: ValueType
    default: Any
    description: str

    @property
    def is_required(self) -> bool:
        """Return whether the field has no default."""
        return self.default is REQUIRED


@dataclass(frozen=True, slots=True)
class _Declaration:
    default: Any
    description: str
    key: str


def declare(*, default: Any = REQUIRED, description: str, key: str = "") -> Any:
    """Declare a field of a model.

    Args:
        default: The value of a field that is not set. A field without a default is required.
        description: What the JSON Schema and the docs say about it.
        key: Its key in the file, if that cannot be its name: `from` is a word of Python.
    """
    return _Declaration(default, description, key)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(declare,))
class Entry:
    """A mapping with fixed keys: the base of all models.

    An object holds the fields that are set; its class has the defaults of the others.
    """

    fields: ClassVar[Mapping[str, Field]] = {}
    required: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        """Collect the declared fields, behind those of the bases."""
        bases = [base for base in reversed(cls.__bases__) if issubclass(base, Entry)]
        fields = {name: known for base in bases for name, known in base.fields.items()}
        for name, annotation in vars(cls).get("__annotations__", {}).items():
            declared: _Declaration = vars(cls)[name]
            fields[name] = Field(
                name, declared.key or name, value_type(annotation), declared.default, declared.description
            )
            setattr(cls, name, declared.default)
        cls.fields = fields
        cls.required = frozenset(name for name, known in fields.items() if known.is_required)

    def __init__(self, **values: Any) -> None:
        wrong = (values.keys() - self.fields.keys()) | (self.required - values.keys())
        if wrong:
            raise TypeError(f"{type(self).__name__}: fields unknown or missing: {', '.join(sorted(wrong))}")
        vars(self).update(values)

    @classmethod
    def read(
        cls, value: Any, path: KeyPath = (), domains: Mapping[str, str] | None = None
    ) -> tuple[Self | None, list[Finding]]:
        """Return the entry with its valid fields, None if a required one is not valid, and a finding for each mistake.

        Args:
            value: The mapping.
            path: Where it is.
            domains: The push domains by their names, which the file may define.
        """
        reading = Reading(domains or {})
        entry = EntryOf(cls).read(value, path, reading)
        return None if entry is INVALID else entry, reading.findings

    @property
    def given(self) -> frozenset[str]:
        """Return the names of the fields that are set, if only to their default."""
        return frozenset(vars(self))

    def replace(self, **changes: Any) -> Self:
        """Return a copy with other values."""
        return type(self)(**vars(self) | changes)

    def field_values(self) -> dict[str, Any]:
        """Return the value of each field, by name."""
        return {name: getattr(self, name) for name in self.fields}

    def to_inputs(self, model: "type[Entry] | None" = None) -> dict[str, Any]:
        """Return the fields of *model*, by default all, that are not None, by name, as the engine keeps them."""
        names = (model or self).fields
        return {
            name: _plain(value, Entry.to_inputs)
            for name, value in self.field_values().items()
            if name in names and value is not None
        }

    def to_file(self) -> dict[str, Any]:
        """Return the fields that are set, by key, as a file has them."""
        return {
            known.key: _plain(getattr(self, known.name), Entry.to_file)
            for known in self.fields.values()
            if known.name in self.given
        }

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entry) and type(self) is type(other) and self.field_values() == other.field_values()

    def __hash__(self) -> int:
        return hash(tuple(self.field_values().values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"


def _plain(value: Any, convert: Callable[[Entry], dict[str, Any]]) -> Any:
    """Return a value with its entries converted and its tuples as lists."""
    if isinstance(value, Entry):
        return convert(value)
    if isinstance(value, tuple):
        return [_plain(item, convert) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item, convert) for key, item in value.items()}
    return value
