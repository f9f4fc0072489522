"""The Pulumi resources: RecordTemplate, RecordRule, RecordTask and LiveRecord.

The provider classes are pickled by reference into every state: this module path and their names never change.
Each has all six methods of its own, because a missing one would silently succeed.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions, dynamic, get_project, get_stack
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.output import Unknown

from live_recording.config.files import debug
from live_recording.core.kinds import KindName
from live_recording.core.stack_ref import StackRef
from live_recording.resources import live_record, rule, task, template
from live_recording.resources.error_boundary import EngineProperties, quiet, report_errors_to_engine
from live_recording.resources.process import Life, ProviderProcess

METHODS = ("check", "diff", "create", "read", "update", "delete")

Props = dict[str, Any]
Arguments = Mapping[str, Any]


def _given(props: Arguments) -> EngineProperties:
    return EngineProperties(props, Unknown)


def _known(props: Arguments) -> Props:
    return _given(props).known


class _Provider(dynamic.ResourceProvider):
    """What the kinds share: one process, and how its answers read in Pulumi's classes."""

    serialize_as_secret_always = False  # nothing secret is captured: the pickle is a reference
    kind: KindName
    life: Life
    outputs: tuple[str, ...] = ()  # what the state holds besides the inputs
    process: ProviderProcess

    def __init_subclass__(cls) -> None:
        """Give the kind all six methods; each answers the engine, whatever happens. TypeError where its life lacks one."""
        if not isinstance(cls.life, Life):
            raise TypeError(f"{cls.__name__} cannot create, read and delete")
        for name in METHODS:
            setattr(cls, name, report_errors_to_engine({**vars(_Provider), **vars(cls)}[name]))

    @report_errors_to_engine
    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Learn site, endpoint and credentials; nothing is sent yet."""
        quiet()
        self.process = ProviderProcess(req.config.get)

    def check(self, olds: Props, news: Props) -> dynamic.CheckResult:
        """Normalised inputs, and what is wrong with them."""
        inputs, failures = self.process.check(self.kind, _given(olds), _given(news))
        return dynamic.CheckResult(inputs, [dynamic.CheckFailure(*failure) for failure in failures])

    def diff(self, id_: str, olds: Props, news: Props) -> dynamic.DiffResult:
        """Whether anything changes, and what replaces."""
        change = self.process.diff(self.kind, id_, _given(olds), _given(news))
        if change is None:
            return dynamic.DiffResult(changes=False)
        return dynamic.DiffResult(None, list(change.replaces), delete_before_replace=change.delete_first)

    def create(self, props: Props) -> dynamic.CreateResult:
        """Make it, or take what the account already holds."""
        return dynamic.CreateResult(*self.life.create(self.process.account, _known(props)))

    def read(self, id_: str, props: Props) -> dynamic.ReadResult:
        """What is live, or that nothing is."""
        found = self.life.read(self.process.account, id_, _known(props))
        if found is None:
            return dynamic.ReadResult("", {})
        return dynamic.ReadResult(id_, found, {k: v for k, v in found.items() if k not in self.outputs})

    def update(self, id_: str, _olds: Props, _news: Props) -> dynamic.UpdateResult:
        """Refuse: of a kind whose every change replaces, nothing is changed in place."""
        raise NotImplementedError(f"{self.kind} {id_} cannot be changed in place")

    def delete(self, id_: str, props: Props) -> None:
        """End and remove it."""
        self.life.delete(self.process.account, id_, _known(props))


class RecordTemplateProvider(_Provider):
    """Templates: made by name, known by id, changed in place."""

    kind, life, outputs = "template", template, template.OUTPUTS

    def update(self, id_: str, _olds: Props, news: Props) -> dynamic.UpdateResult:
        """Change the live template."""
        return dynamic.UpdateResult(template.update(self.process.account, id_, _known(news)))


class RecordRuleProvider(_Provider):
    """Rules: bound by domain, app and stream; they change their template in place."""

    kind, life = "rule", rule

    def update(self, id_: str, olds: Props, news: Props) -> dynamic.UpdateResult:
        """Point the rule to another template."""
        return dynamic.UpdateResult(rule.update(self.process.account, id_, _known(olds), _known(news)))


class RecordTaskProvider(_Provider):
    """Tasks: made once, never changed."""

    kind, life, outputs = "task", task, task.OUTPUTS


class LiveRecordProvider(_Provider):
    """Live records: made once, never changed, never listed."""

    kind, life, outputs = "live_record", live_record, live_record.OUTPUTS


class _LiveResource(dynamic.Resource):
    """Keeps its type token in subclasses that users write."""

    def __init_subclass__(cls, module: str = "", name: str = "", **kwargs: Any) -> None:
        token = getattr(cls, "_resource_type_name", None)
        super().__init_subclass__(module=module, name=name, **kwargs)
        if token and not name:
            cls._resource_type_name = token


def _props(arguments: Mapping[str, Any], *outputs: str) -> dict[str, Any]:
    """What was set of a constructor's arguments (its locals), with a placeholder for what only the engine can fill."""
    ours = {k: v for k, v in arguments.items() if k not in ("self", "resource_name", "opts", "__class__")}
    shown = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in ours.items() if v is not None}
    return shown | dict.fromkeys(outputs)


class RecordTemplate(_LiveResource, module="live", name="RecordTemplate"):
    """How something is recorded; without any format nothing is.

    Formats are mappings with the fields of a stack file (docs/stack-file.md): record_interval and storage_time in
    seconds or like "1h" and "30d", vod_file_name and so on. What is unset keeps the vendor's default.
    Errors: a value out of the site's range, a name that the account does not take; the account is full.
    Source: CreateLiveRecordTemplate, CN:32614, IN:30845.
    """

    template_name: Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        template_name: Input[str] | None = None,
        description: Input[str] | None = None,
        delay_live: Input[bool] | None = None,
        remove_watermark: Input[bool] | None = None,
        cos_store: Input[bool] | None = None,
        flv: Input[Arguments] | None = None,
        hls: Input[Arguments] | None = None,
        mp4: Input[Arguments] | None = None,
        aac: Input[Arguments] | None = None,
        mp3: Input[Arguments] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """*template_name* defaults to `<project>--<stack>--<resource_name>`; delay_live and cos_store replace."""
        template_name = template_name or StackRef(get_project(), get_stack()).template_name(resource_name)
        super().__init__(RecordTemplateProvider(), resource_name, _props(locals()), opts)

    @property
    def template_id(self) -> Output[str]:
        """The vendor's TemplateId; from the resource id, so it stays known in previews."""
        return self.id


class RecordRule(_LiveResource, module="live", name="RecordRule"):
    """Which streams a template records; the vendor keeps one rule per domain, app and stream.

    Errors: another template has the key; the account is full. Source: CreateLiveRecordRule, CN:32615, IN:30846.
    """

    domain: Output[str]
    app: Output[str]
    stream: Output[str]
    template_id: Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        domain: Input[str],
        template_id: Input[str | int],
        app: Input[str] | None = None,
        stream: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """*app* and *stream* left out mean every; another key replaces, another template changes in place."""
        super().__init__(RecordRuleProvider(), resource_name, _props(locals()), opts)


class RecordTask(_LiveResource, module="live", name="RecordTask"):
    """One recording with a beginning and an end, whatever the rules say.

    Times are RFC 3339 with an offset, or aware datetimes. It needs *end*, or *start* and *duration*, and lasts at most
    24 h. Every change replaces.
    Errors: a time that the vendor does not take yet or no more.
    Source: CreateRecordTask, CN:45983, IN:37309.
    """

    task_id: Output[str]
    stopped_at: Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        domain: Input[str],
        app: Input[str],
        stream: Input[str],
        end: Input[str] | datetime | None = None,
        start: Input[str] | datetime | None = None,
        duration: Input[str | int] | None = None,
        stream_type: Input[str] | None = None,
        template_id: Input[str | int] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Without *start* it begins when created, and *end* is needed; *stream_type* is live (default) or mixed."""
        super().__init__(RecordTaskProvider(), resource_name, _props(locals(), *RecordTaskProvider.outputs), opts)


class LiveRecord(_LiveResource, module="live", name="LiveRecord"):
    """One recording by the deprecated CreateLiveRecord; RecordTask is what came after it.

    Scheduled from *start* to *end* (or for *duration*), or with *highlight* in real time: from its creation on, for
    *duration* or until *end*, at most 30 minutes. Times are as in RecordTask. It records pushes within mainland China
    only, H.264 with AAC. It cannot be listed: refresh sees nothing, and every change replaces.
    Errors: a time that is over, a value out of range; an answer that does not arrive: a recording may exist then.
    Source: CreateLiveRecord, CN:30148, IN:30847.
    """

    task_id: Output[str]
    ends_at: Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        stream: Input[str],
        app: Input[str] | None = None,
        domain: Input[str] | None = None,
        start: Input[str] | datetime | None = None,
        end: Input[str] | datetime | None = None,
        duration: Input[str | int] | None = None,
        highlight: Input[bool] | None = None,
        record_type: Input[str] | None = None,
        file_format: Input[str] | None = None,
        mix_stream: Input[bool] | None = None,
        record_interval: Input[str | int] | None = None,
        storage_time: Input[str | int] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """*app* defaults to live, *record_type* to video (or audio), *file_format* to flv (or hls, mp4, aac, mp3).

        *record_interval* is 30m to 2h, *storage_time* like 30d or forever, or both whole seconds.
        """
        super().__init__(LiveRecordProvider(), resource_name, _props(locals(), *LiveRecordProvider.outputs), opts)


def hasten() -> None:
    """Spare the program two costs of the SDK that grow with a stack; called once, before resources are declared.

    The SDK sends four debug messages for each resource and waits for each. And at the end it looks at all outputs again
    whenever one becomes known, unless registrations have begun by then.
    """
    if not debug():
        pulumi.log.debug = lambda *_, **__: None
    pulumi.run(lambda: asyncio.sleep(0))


def stopped(made: Iterable[pulumi.CustomResource]) -> Output[dict[str, str] | None]:
    """When tasks were stopped by hand: name -> time; None when none was, as far as is known."""
    tasks = {task._name: task.stopped_at for task in made if isinstance(task, RecordTask)}  # noqa: SLF001 - it has no other

    def known(times: Mapping[str, Any]) -> dict[str, str] | None:
        return {name: at for name, at in sorted(times.items()) if isinstance(at, str)} or None

    return Output.from_input(tasks).apply(known, run_with_unknowns=True)


KINDS = {"template": RecordTemplate, "rule": RecordRule, "task": RecordTask, "live_record": LiveRecord}


def reference(kind: KindName) -> tuple[str, str]:
    """The type of a kind in a state, and its provider there: what an import file needs beside ids and properties."""
    provider = next(made for made in _Provider.__subclasses__() if made.kind == kind)
    return f"pulumi-python:{vars(KINDS[kind])['_resource_type_name']}", serialize_provider(provider())
