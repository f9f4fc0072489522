"""The Pulumi resources: RecordTemplate, RecordRule and RecordTask.

The provider classes are pickled by reference into every state: this module path and their names never change.
Each defines all six methods, because a missing one would silently succeed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions, dynamic
from pulumi.output import Unknown

from provider import rules, tasks, templates
from provider.core.diff import KindName
from provider.edge import Given, answered, quiet
from provider.process import ProviderProcess

METHODS = ("check", "diff", "create", "read", "update", "delete")

Props = dict[str, Any]
Arguments = Mapping[str, Any]


def _given(props: Arguments) -> Given:
    return Given(props, Unknown)


def _known(props: Arguments) -> Props:
    return _given(props).known


class _Provider(dynamic.ResourceProvider):
    """What the three kinds share: one process, and how its answers read in Pulumi's classes."""

    serialize_as_secret_always = False  # nothing secret is captured: the pickle is a reference
    kind: KindName
    process: ProviderProcess

    def __init_subclass__(cls) -> None:
        """Let every method that the engine calls answer it, whatever happens."""
        for name in METHODS:
            setattr(cls, name, answered(vars(cls)[name]))

    @answered
    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Learn site, endpoint and credentials; nothing is sent yet."""
        quiet()
        self.process = ProviderProcess(req.config.get)

    def _check(self, olds: Props, news: Props) -> dynamic.CheckResult:
        inputs, failures = self.process.check(self.kind, _given(olds), _given(news))
        return dynamic.CheckResult(inputs, [dynamic.CheckFailure(*failure) for failure in failures])

    def _diff(self, id_: str, olds: Props, news: Props) -> dynamic.DiffResult:
        change = self.process.diff(self.kind, id_, _given(olds), _given(news))
        if change is None:
            return dynamic.DiffResult(changes=False)
        return dynamic.DiffResult(None, list(change.replaces), delete_before_replace=change.delete_first)


class RecordTemplateProvider(_Provider):
    """Templates: made by name, known by id."""

    kind = "template"

    def check(self, olds: Props, news: Props) -> dynamic.CheckResult:
        """Normalised inputs, and what is wrong with them."""
        return self._check(olds, news)

    def diff(self, id_: str, olds: Props, news: Props) -> dynamic.DiffResult:
        """Whether anything changes, and what replaces."""
        return self._diff(id_, olds, news)

    def create(self, props: Props) -> dynamic.CreateResult:
        """Make the template, or take the identical one."""
        return dynamic.CreateResult(*templates.create(self.process.account, _known(props)))

    def read(self, id_: str, props: Props) -> dynamic.ReadResult:
        """The live template."""
        found = templates.read(self.process.account, id_, _known(props))
        return dynamic.ReadResult(id_, *found) if found else dynamic.ReadResult("", {})

    def update(self, id_: str, _olds: Props, news: Props) -> dynamic.UpdateResult:
        """Change the live template in place."""
        return dynamic.UpdateResult(templates.update(self.process.account, id_, _known(news)))

    def delete(self, id_: str, _props: Props) -> None:
        """Remove the template."""
        templates.delete(self.process.account, id_)


class RecordRuleProvider(_Provider):
    """Rules: bound by domain, app and stream."""

    kind = "rule"

    def check(self, olds: Props, news: Props) -> dynamic.CheckResult:
        """Normalised inputs, and what is wrong with them."""
        return self._check(olds, news)

    def diff(self, id_: str, olds: Props, news: Props) -> dynamic.DiffResult:
        """Whether anything changes, and what replaces."""
        return self._diff(id_, olds, news)

    def create(self, props: Props) -> dynamic.CreateResult:
        """Bind the key, or take the rule that already does."""
        return dynamic.CreateResult(*rules.create(self.process.account, _known(props)))

    def read(self, id_: str, props: Props) -> dynamic.ReadResult:
        """The live rule."""
        found = rules.read(self.process.account, id_, _known(props))
        return dynamic.ReadResult(id_, found, dict(found)) if found else dynamic.ReadResult("", {})

    def update(self, id_: str, olds: Props, news: Props) -> dynamic.UpdateResult:
        """Point the rule to another template."""
        return dynamic.UpdateResult(rules.update(self.process.account, id_, _known(olds), _known(news)))

    def delete(self, id_: str, props: Props) -> None:
        """Remove the rule."""
        rules.delete(self.process.account, id_, props)


class RecordTaskProvider(_Provider):
    """Tasks: made once, never changed."""

    kind = "task"

    def check(self, olds: Props, news: Props) -> dynamic.CheckResult:
        """Normalised inputs, and what is wrong with them."""
        return self._check(olds, news)

    def diff(self, id_: str, olds: Props, news: Props) -> dynamic.DiffResult:
        """Whether anything changes; every change replaces."""
        return self._diff(id_, olds, news)

    def create(self, props: Props) -> dynamic.CreateResult:
        """Make the task, or take the one that is there."""
        return dynamic.CreateResult(*tasks.create(self.process.account, _known(props)))

    def read(self, id_: str, props: Props) -> dynamic.ReadResult:
        """The live task; a finished one is as it was."""
        found = tasks.read(self.process.account, id_, _known(props))
        if found is None:
            return dynamic.ReadResult("", {})
        inputs = {name: value for name, value in found.items() if name not in ("task_id", "stopped_at")}
        return dynamic.ReadResult(id_, found, inputs)

    def update(self, id_: str, _olds: Props, _news: Props) -> dynamic.UpdateResult:
        """Refuse: the vendor has no call that changes a task, so every change replaces."""
        raise NotImplementedError(f"task {id_} cannot be changed in place")

    def delete(self, id_: str, props: Props) -> None:
        """End and remove the task."""
        tasks.delete(self.process.account, id_, _known(props))


class _LiveResource(dynamic.Resource):
    """Keeps its type token in subclasses that users write."""

    def __init_subclass__(cls, module: str = "", name: str = "", **kwargs: Any) -> None:
        token = getattr(cls, "_resource_type_name", None)
        super().__init_subclass__(module=module, name=name, **kwargs)
        if token and not name:
            cls._resource_type_name = token


def _props(outputs: tuple[str, ...] = (), **given: Any) -> dict[str, Any]:
    """The set arguments, with a placeholder for what only the engine can fill."""
    shown = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in given.items() if v is not None}
    return shown | dict.fromkeys(outputs)


class RecordTemplate(_LiveResource, module="live", name="RecordTemplate"):
    """How something is recorded; without any format nothing is.

    Formats are mappings with the fields of a stack file (docs/resources.md): record_interval and storage_time in
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
        name = template_name or f"{pulumi.get_project()}--{pulumi.get_stack()}--{resource_name}"
        given = _props(
            template_name=name,
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
        super().__init__(RecordTemplateProvider(), resource_name, given, opts)

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
        given = _props(domain=domain, app=app, stream=stream, template_id=template_id)
        super().__init__(RecordRuleProvider(), resource_name, given, opts)


class RecordTask(_LiveResource, module="live", name="RecordTask"):
    """One recording with a beginning and an end, whatever the rules say.

    Times are RFC 3339 with an offset, or aware datetimes; a task lasts at most 24 h. Every change replaces.
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
        given = _props(
            ("task_id", "stopped_at"),
            domain=domain,
            app=app,
            stream=stream,
            start=start,
            end=end,
            duration=duration,
            stream_type=stream_type,
            template_id=template_id,
        )
        super().__init__(RecordTaskProvider(), resource_name, given, opts)


def stopped(made: Iterable[pulumi.CustomResource]) -> Output[dict[str, str] | None]:
    """When tasks were stopped by hand: name -> time; None when none was, as far as is known."""
    tasks = {task._name: task.stopped_at for task in made if isinstance(task, RecordTask)}  # noqa: SLF001 - it has no other

    def known(times: Mapping[str, Any]) -> dict[str, str] | None:
        return {name: at for name, at in sorted(times.items()) if isinstance(at, str)} or None

    return Output.from_input(tasks).apply(known, run_with_unknowns=True)


KINDS = {"template": RecordTemplate, "rule": RecordRule, "task": RecordTask}
