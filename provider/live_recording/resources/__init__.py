"""The Pulumi resources: RecordTemplate, RecordRule, RecordTask, LiveRecord, CallbackTemplate and CallbackRule.

The provider classes are pickled by reference into every state: this module path and their names never change.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pulumi
from pulumi import Input, Output, ResourceOptions, dynamic, get_project, get_stack
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.output import Unknown

from live_recording.config.files import debug_enabled
from live_recording.config.garbage import collect_rarely
from live_recording.core.kinds import ACCOUNT, CALLBACK_KEY, OUTPUTS_OF, KindName
from live_recording.core.stack_ref import StackRef
from live_recording.resources.error_boundary import EngineProperties, hide_tracebacks, report_errors_to_engine
from live_recording.resources.python_values import engine_arguments

if TYPE_CHECKING:
    from live_recording.resources.context import ProviderContext
    from live_recording.resources.lifecycle import ResourceLifecycle
    from live_recording.resources.process import ProviderProcess

Props = dict[str, Any]
Arguments = Mapping[str, Any]


class _RecordingProvider(dynamic.ResourceProvider):
    """A dynamic provider that runs a lifecycle. It has all six methods: Pulumi's own defaults would silently succeed."""

    serialize_as_secret_always = False  # nothing secret is captured: the pickle is a reference
    kind: ClassVar[KindName]
    lifecycle: "ResourceLifecycle"
    process: "ProviderProcess"

    @report_errors_to_engine
    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Read site, endpoint and credentials; nothing is sent yet."""
        collect_rarely()
        # The program declares resources and configures no provider: it need not import what works on the account.
        from live_recording.resources.lifecycles import LIFECYCLES
        from live_recording.resources.process import ProviderProcess

        hide_tracebacks()
        self.lifecycle = LIFECYCLES[self.kind]
        self.process = ProviderProcess(req.config._props)  # noqa: SLF001 - only so are unknown keys seen

    @report_errors_to_engine
    def check(self, olds: Props, news: Props) -> dynamic.CheckResult:
        """Return the normalized inputs, and what is wrong with them."""
        inputs, failures = self.process.check(self.kind, _properties(olds), _properties(news))
        return dynamic.CheckResult(inputs, [dynamic.CheckFailure(*failure) for failure in failures])

    @report_errors_to_engine
    def diff(self, id_: str, olds: Props, news: Props) -> dynamic.DiffResult:
        """Return whether anything changes, and what replaces."""
        change = self.process.diff(self.kind, id_, _properties(olds), _properties(news))
        if change is None:
            return dynamic.DiffResult(changes=False)
        return dynamic.DiffResult(None, list(change.replaces), delete_before_replace=change.delete_first)

    @report_errors_to_engine
    def create(self, props: Props) -> dynamic.CreateResult:
        """Create the object, or adopt what the account already holds."""
        context, inputs = self._request(props)
        id_, outputs = self.lifecycle.create(context, inputs)
        return dynamic.CreateResult(id_, outputs | context.account_output)

    @report_errors_to_engine
    def read(self, id_: str, props: Props) -> dynamic.ReadResult:
        """Return the live object, or that it is gone."""
        context, state = self._request(props)
        outputs = self.lifecycle.read(context, id_, state)
        if outputs is None:
            return dynamic.ReadResult("", {})
        inputs = {name: value for name, value in outputs.items() if name not in (ACCOUNT, *OUTPUTS_OF[self.kind])}
        # A state of an older version has no account: it gets one as an output, which is no difference.
        inputs |= {ACCOUNT: state[ACCOUNT]} if ACCOUNT in state else {}
        return dynamic.ReadResult(id_, outputs | context.account_output, inputs)

    @report_errors_to_engine
    def update(self, id_: str, olds: Props, news: Props) -> dynamic.UpdateResult:
        """Change the object in place."""
        context, state = self._request(olds)
        return dynamic.UpdateResult(self.lifecycle.update(context, id_, state, _known(news)) | context.account_output)

    @report_errors_to_engine
    def delete(self, id_: str, props: Props) -> None:
        """Stop and delete the object."""
        context, state = self._request(props)
        self.lifecycle.delete(context, id_, state)

    def _request(self, props: Props) -> "tuple[ProviderContext, Props]":
        """Return the context of a request about a resource, and what is known of it. Raises WrongAccount."""
        known = _known(props)
        return self.process.context(known), known


class RecordTemplateProvider(_RecordingProvider):
    """The provider of RecordTemplate."""

    kind = "template"


class RecordRuleProvider(_RecordingProvider):
    """The provider of RecordRule."""

    kind = "rule"


class RecordTaskProvider(_RecordingProvider):
    """The provider of RecordTask."""

    kind = "task"


class LiveRecordProvider(_RecordingProvider):
    """The provider of LiveRecord."""

    kind = "live_record"


class CallbackTemplateProvider(_RecordingProvider):
    """The provider of CallbackTemplate."""

    kind = "callback_template"


class CallbackRuleProvider(_RecordingProvider):
    """The provider of CallbackRule."""

    kind = "callback_rule"


PROVIDERS: Mapping[KindName, type[_RecordingProvider]] = {
    "template": RecordTemplateProvider,
    "rule": RecordRuleProvider,
    "task": RecordTaskProvider,
    "live_record": LiveRecordProvider,
    "callback_template": CallbackTemplateProvider,
    "callback_rule": CallbackRuleProvider,
}


def _properties(props: Arguments) -> EngineProperties:
    return EngineProperties(props, Unknown)


def _known(props: Arguments) -> Props:
    return _properties(props).known


class _LiveResource(dynamic.Resource):
    """Keeps its type token in subclasses that users define."""

    def __init_subclass__(cls, module: str = "", name: str = "", **kwargs: Any) -> None:
        token = getattr(cls, "_resource_type_name", None)
        super().__init_subclass__(module=module, name=name, **kwargs)
        if token and not name:
            cls._resource_type_name = token


def _placeholders(kind: KindName) -> Props:
    """Return None for each output that only the engine can fill: without it the attribute would not exist."""
    return dict.fromkeys((ACCOUNT, *OUTPUTS_OF[kind]))


class RecordTemplate(_LiveResource, module="live", name="RecordTemplate"):
    """How streams are recorded. A template without formats records nothing.

    Formats are mappings with the fields of a stack file (docs/stack-file.md): record_interval and storage_time in
    seconds or like "1h" and "30d", vod_file_name and so on. An unset field has the vendor's default.
    Errors: a value outside the site's range, a name that the account does not accept, no free slot in the account.
    Source: CreateLiveRecordTemplate, CN:32614, IN:30845.
    """

    template_name: Output[str]
    account: Output[str | None]

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
        """Declare a template. *template_name* defaults to `<project>--<stack>--<resource_name>`.

        A change of *delay_live* or *cos_store* replaces the template; everything else changes in place.
        """
        arguments = engine_arguments(
            template_name=template_name or StackRef(get_project(), get_stack()).template_name(resource_name),
            description=description,
            delay_live=delay_live,
            remove_watermark=remove_watermark,
            cos_store=cos_store,
            flv=flv,
            hls=hls,
            mp4=mp4,
            aac=aac,
            mp3=mp3,
        )
        outputs = _placeholders(RecordTemplateProvider.kind)
        super().__init__(RecordTemplateProvider(), resource_name, arguments | outputs, opts)

    @property
    def template_id(self) -> Output[str]:
        """The vendor's TemplateId, from the resource id: so it stays known in previews."""
        return self.id


class RecordRule(_LiveResource, module="live", name="RecordRule"):
    """Which streams a template records. There is one rule per domain, app and stream.

    Errors: another rule has the key, no free slot in the account. Source: CreateLiveRecordRule, CN:32615, IN:30846.
    """

    domain: Output[str]
    app: Output[str]
    stream: Output[str]
    template_id: Output[str]
    account: Output[str | None]

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
        """Declare a rule. Without *app* or *stream* it applies to every app or stream.

        A change of the key replaces the rule; a change of *template_id* changes it in place.
        """
        arguments = engine_arguments(domain=domain, app=app, stream=stream, template_id=template_id)
        outputs = _placeholders(RecordRuleProvider.kind)
        super().__init__(RecordRuleProvider(), resource_name, arguments | outputs, opts)


class RecordTask(_LiveResource, module="live", name="RecordTask"):
    """One recording with a start and an end, independent of the rules.

    Times are RFC 3339 with an offset, or aware datetimes, whose fractions of a second are dropped. A task needs *end*, or
    *start* and *duration*, and lasts at most 24 h. Every change but that of *protect* replaces it.
    Errors: a time that the API does not accept yet, or that has passed; a change of a task that is protected.
    Source: CreateRecordTask, CN:45983, IN:37309.
    """

    task_id: Output[str]
    stopped_at: Output[str | None]
    account: Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        domain: Input[str],
        app: Input[str],
        stream: Input[str],
        end: Input[str] | datetime | None = None,
        start: Input[str] | datetime | None = None,
        duration: Input[str | int] | timedelta | None = None,
        stream_type: Input[str] | None = None,
        template_id: Input[str | int] | None = None,
        protect: Input[bool] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare a task. Without *start* it begins when it is created, and *end* is required.

        *stream_type* is live (default) or mixed. With *protect* it is neither deleted nor replaced before its end.
        """
        arguments = engine_arguments(
            domain=domain,
            app=app,
            stream=stream,
            stream_type=stream_type,
            start=start,
            end=end,
            duration=duration,
            template_id=template_id,
            protect=protect,
        )
        outputs = _placeholders(RecordTaskProvider.kind)
        super().__init__(RecordTaskProvider(), resource_name, arguments | outputs, opts)


class LiveRecord(_LiveResource, module="live", name="LiveRecord"):
    """One recording by the deprecated CreateLiveRecord, the predecessor of RecordTask.

    Scheduled from *start* to *end* (or for *duration*), or with *highlight* in real time: from its creation on, for
    *duration* or until *end*, at most 30 minutes. Times are as in RecordTask. It records only pushes within mainland
    China, H.264 with AAC. It cannot be listed: a refresh sees nothing, and every change but that of *protect* replaces it.
    Errors: a time that has passed, a value out of range, a change of a record that is protected, a lost response: a recording
    may exist then.
    Source: CreateLiveRecord, CN:30148, IN:30847.
    """

    task_id: Output[str]
    ends_at: Output[str]
    account: Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        stream: Input[str],
        app: Input[str] | None = None,
        domain: Input[str] | None = None,
        start: Input[str] | datetime | None = None,
        end: Input[str] | datetime | None = None,
        duration: Input[str | int] | timedelta | None = None,
        highlight: Input[bool] | None = None,
        record_type: Input[str] | None = None,
        file_format: Input[str] | None = None,
        mix_stream: Input[bool] | None = None,
        record_interval: Input[str | int] | None = None,
        storage_time: Input[str | int] | None = None,
        protect: Input[bool] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare a live record. *app* defaults to live, *record_type* is video (default) or audio.

        *file_format* is flv (default), hls, mp4, aac or mp3; *record_interval* is 30m to 2h, *storage_time* like 30d or forever, or both whole seconds.
        With *protect* it is neither deleted nor replaced before its end.
        """
        arguments = engine_arguments(
            stream=stream,
            app=app,
            domain=domain,
            start=start,
            end=end,
            duration=duration,
            highlight=highlight,
            record_type=record_type,
            file_format=file_format,
            mix_stream=mix_stream,
            record_interval=record_interval,
            storage_time=storage_time,
            protect=protect,
        )
        outputs = _placeholders(LiveRecordProvider.kind)
        super().__init__(LiveRecordProvider(), resource_name, arguments | outputs, opts)


class CallbackTemplate(_LiveResource, module="live", name="CallbackTemplate"):
    """Who is notified of pushes, recordings and files: one URL for each kind of notification, at least one.

    An unset field is empty in the account. The API never returns *record_status_notify_url*: a refresh does not see whether it
    changed, and every change of the template sends it again.
    Errors: a field that the site does not have, a name that the account does not accept, no free slot in the account.
    Source: CreateLiveCallbackTemplate, CN:32637, IN:30815.
    """

    template_name: Output[str]
    account: Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        template_name: Input[str] | None = None,
        description: Input[str] | None = None,
        stream_begin_notify_url: Input[str] | None = None,
        stream_end_notify_url: Input[str] | None = None,
        record_notify_url: Input[str] | None = None,
        record_status_notify_url: Input[str] | None = None,
        record_exception_notify_url: Input[str] | None = None,
        record_exception_levels: Input[Sequence[str]] | None = None,
        push_exception_notify_url: Input[str] | None = None,
        snapshot_notify_url: Input[str] | None = None,
        porn_censorship_notify_url: Input[str] | None = None,
        audio_audit_notify_url: Input[str] | None = None,
        callback_key: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare a callback template. *template_name* defaults to `<project>--<stack>--<resource_name>`.

        *callback_key* signs the notifications (docs/callbacks.md). It is kept as a secret, whatever is passed. Nothing
        replaces the template.
        """
        arguments = engine_arguments(
            template_name=template_name or StackRef(get_project(), get_stack()).template_name(resource_name),
            description=description,
            stream_begin_notify_url=stream_begin_notify_url,
            stream_end_notify_url=stream_end_notify_url,
            record_notify_url=record_notify_url,
            record_status_notify_url=record_status_notify_url,
            record_exception_notify_url=record_exception_notify_url,
            record_exception_levels=record_exception_levels,
            push_exception_notify_url=push_exception_notify_url,
            snapshot_notify_url=snapshot_notify_url,
            porn_censorship_notify_url=porn_censorship_notify_url,
            audio_audit_notify_url=audio_audit_notify_url,
        )
        secret = {CALLBACK_KEY: Output.secret(callback_key)} if callback_key is not None else {}
        outputs = _placeholders(CallbackTemplateProvider.kind)
        options = ResourceOptions.merge(ResourceOptions(additional_secret_outputs=[CALLBACK_KEY]), opts)
        super().__init__(CallbackTemplateProvider(), resource_name, arguments | secret | outputs, options)

    @property
    def template_id(self) -> Output[str]:
        """The vendor's TemplateId, from the resource id: so it stays known in previews."""
        return self.id


class CallbackRule(_LiveResource, module="live", name="CallbackRule"):
    """Which callback template a domain uses, or an app of it. There is one callback rule per domain and app.

    Errors: another callback rule has the key. Source: CreateLiveCallbackRule, CN:32638, IN:30816.
    """

    domain: Output[str]
    app: Output[str]
    template_id: Output[str]
    account: Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        domain: Input[str],
        template_id: Input[str | int],
        app: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare a callback rule. Without *app* it applies to every app.

        A change of the key replaces the rule; a change of *template_id* changes it in place.
        """
        arguments = engine_arguments(domain=domain, app=app, template_id=template_id)
        outputs = _placeholders(CallbackRuleProvider.kind)
        super().__init__(CallbackRuleProvider(), resource_name, arguments | outputs, opts)


KINDS: Mapping[KindName, type[Any]] = {
    "template": RecordTemplate,
    "rule": RecordRule,
    "task": RecordTask,
    "live_record": LiveRecord,
    "callback_template": CallbackTemplate,
    "callback_rule": CallbackRule,
}


def speed_up_registration() -> None:
    """Spare the program two costs of the SDK that grow with the stack. Call it once, before resources are declared.

    The SDK sends four debug messages per resource and waits for each. And at the end it looks at all outputs again
    whenever one becomes known, unless registrations have begun by then.
    """
    if not debug_enabled():
        pulumi.log.debug = lambda *_, **__: None
    pulumi.run(lambda: asyncio.sleep(0))


def stopped_tasks(resources: Iterable[pulumi.CustomResource]) -> Output[dict[str, str] | None]:
    """Return when tasks were stopped outside this tool: name -> time; None if none is known to be stopped."""
    times = {task._name: task.stopped_at for task in resources if isinstance(task, RecordTask)}  # noqa: SLF001 - it has no other

    def known(times: Mapping[str, Any]) -> dict[str, str] | None:
        return {name: at for name, at in sorted(times.items()) if isinstance(at, str)} or None

    return Output.from_input(times).apply(known, run_with_unknowns=True)


def state_reference(kind: KindName) -> tuple[str, str]:
    """Return type token and pickled provider of a kind as a state has them: an import file needs both."""
    return f"pulumi-python:{vars(KINDS[kind])['_resource_type_name']}", serialize_provider(PROVIDERS[kind]())
