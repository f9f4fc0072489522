"""The lifecycle of each kind of resource."""

from collections.abc import Mapping

from live_recording.core.kinds import KindName
from live_recording.resources.callback_rule import CallbackRuleLifecycle
from live_recording.resources.callback_template import CallbackTemplateLifecycle
from live_recording.resources.lifecycle import ResourceLifecycle
from live_recording.resources.live_record import LiveRecordLifecycle
from live_recording.resources.rule import RuleLifecycle
from live_recording.resources.task import TaskLifecycle
from live_recording.resources.template import TemplateLifecycle

LIFECYCLES: Mapping[KindName, ResourceLifecycle] = {
    "template": TemplateLifecycle(),
    "rule": RuleLifecycle(),
    "task": TaskLifecycle(),
    "live_record": LiveRecordLifecycle(),
    "callback_template": CallbackTemplateLifecycle(),
    "callback_rule": CallbackRuleLifecycle(),
}
