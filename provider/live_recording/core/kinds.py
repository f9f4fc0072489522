"""The kinds of resources, their names in other places, and the recording formats."""

from collections.abc import Mapping
from typing import Literal

KindName = Literal["template", "rule", "task", "live_record", "callback_template", "callback_rule"]

SECTION_OF: Mapping[KindName, str] = {
    "template": "templates",
    "rule": "rules",
    "task": "tasks",
    "live_record": "live_records",
    "callback_template": "callback_templates",
    "callback_rule": "callback_rules",
}
"""The section of a stack file; a task may also come from a schedule."""
CLASS_OF: Mapping[KindName, str] = {
    "template": "RecordTemplate",
    "rule": "RecordRule",
    "task": "RecordTask",
    "live_record": "LiveRecord",
    "callback_template": "CallbackTemplate",
    "callback_rule": "CallbackRule",
}
"""The class in Python programs; its name ends the type in a state."""
TemplateKind = Literal["template", "callback_template"]
RuleKind = Literal["rule", "callback_rule"]
NOUN_OF: Mapping[KindName, str] = {
    "template": "template",
    "rule": "rule",
    "task": "task",
    "live_record": "live record",
    "callback_template": "callback template",
    "callback_rule": "callback rule",
}
"""What a message calls an object of the kind."""
TEMPLATE_OF: Mapping[RuleKind, TemplateKind] = {"rule": "template", "callback_rule": "callback_template"}
"""The kind of the template that a rule points to."""
CALLBACK_KINDS: tuple[KindName, ...] = ("callback_template", "callback_rule")
PROVIDER_REFERENCES = (
    "gASVOgAAAAAAAACMGGxpdmVfcmVjb3JkaW5nLnJlc291cmNlc5SMFlJlY29yZFRlbXBsYXRlUHJvdmlkZXKUk5QpgZQu",
    "gASVNgAAAAAAAACMGGxpdmVfcmVjb3JkaW5nLnJlc291cmNlc5SMElJlY29yZFJ1bGVQcm92aWRlcpSTlCmBlC4=",
    "gASVNgAAAAAAAACMGGxpdmVfcmVjb3JkaW5nLnJlc291cmNlc5SMElJlY29yZFRhc2tQcm92aWRlcpSTlCmBlC4=",
    "gASVNgAAAAAAAACMGGxpdmVfcmVjb3JkaW5nLnJlc291cmNlc5SMEkxpdmVSZWNvcmRQcm92aWRlcpSTlCmBlC4=",
    "gASVPAAAAAAAAACMGGxpdmVfcmVjb3JkaW5nLnJlc291cmNlc5SMGENhbGxiYWNrVGVtcGxhdGVQcm92aWRlcpSTlCmBlC4=",
    "gASVOAAAAAAAAACMGGxpdmVfcmVjb3JkaW5nLnJlc291cmNlc5SMFENhbGxiYWNrUnVsZVByb3ZpZGVylJOUKYGULg==",
)
"""What a state holds as `__provider` of our resources: pickles that only name our classes."""
ACCOUNT = "account"
"""The input and output of every resource that says which account has it. Programs do not declare it; each check adds it."""
OUTPUTS_OF: Mapping[KindName, tuple[str, ...]] = {
    "template": ("template_id",),
    "rule": (),
    "task": ("task_id", "stopped_at"),
    "live_record": ("task_id", "ends_at"),
    "callback_template": ("template_id",),
    "callback_rule": (),
}
"""What a state holds besides the inputs."""
CALLBACK_KEY = "callback_key"
"""The argument of a callback template that is a secret."""
FORMATS = {"flv": "FlvParam", "hls": "HlsParam", "mp4": "Mp4Param", "aac": "AacParam", "mp3": "Mp3Param"}
"""The recording formats, and the parameter of the API for each."""


def template_kind_of(kind: KindName) -> TemplateKind:
    """Return the kind of the template that a rule, callback rule or task names."""
    return "callback_template" if kind == "callback_rule" else "template"
