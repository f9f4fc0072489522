"""What records a stream: the winning rule and the tasks of an account.

The answer is for a push that begins at the given second. Left out are the vendor's ten minutes until a changed rule takes
effect, recordings that outlive the rule or task they began under, and the deprecated and retired APIs.
"""

from dataclasses import dataclass

from live_recording.emulator.account import Account, task_order
from live_recording.emulator.messages import Fields
from live_recording.emulator.schemas import FORMATS
from live_recording.emulator.tasks import running

MOST_TASKS = 3
"""Of the tasks that overlap on a stream, so many record (IN:37309); that the earliest do is assumed."""

# Feature guide (intl), "The priority of a template": whether AppName and StreamName are set, best first.
PRIORITY = ((True, True), (False, True), (True, False), (False, False))


@dataclass(frozen=True, slots=True)
class EffectiveRecording:
    """What records a stream. A rule whose template has no enabled format still wins; then nothing records."""

    rule: Fields | None
    template: Fields | None
    tasks: tuple[Fields, ...]

    @property
    def formats(self) -> tuple[str, ...]:
        """Return the formats that the winning rule's template enables."""
        return tuple(name for name in FORMATS if self.template and self.template[name]["Enable"])


def effective_recording(account: Account, domain: str, app: str, stream: str, at: int) -> EffectiveRecording:
    """Return the winning rule of the stream, its template, and the tasks that record it at this unix second."""
    keys = ((domain, app if app_set else "", stream if stream_set else "") for app_set, stream_set in PRIORITY)
    rule = next((account.rules[key] for key in keys if key in account.rules), None)
    template = account.templates.get(rule["TemplateId"]) if rule else None
    tasks = sorted(
        (
            task
            for task in account.tasks.values()
            if (task["DomainName"], task["AppName"], task["StreamName"]) == (domain, app, stream) and running(task, at)
        ),
        key=task_order,
    )
    return EffectiveRecording(rule, template, tuple(tasks[:MOST_TASKS]))
