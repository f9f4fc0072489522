"""The account behind the API: actions in, answers out. It knows nothing of HTTP, signatures or rates."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from live_recording.emulator import (
    callback_records,
    callback_rules,
    callback_templates,
    domains,
    effective_recording,
    live_records,
    notifications,
    relays,
    rules,
    schemas,
    streams,
    tasks,
    templates,
    validation,
)
from live_recording.emulator.account import (
    FIRST_FILE_ID,
    FIRST_LIVE_RECORD_ID,
    FIRST_V2_RECORD_ID,
    Account,
    AccountSettings,
    rule_key,
    task_order,
)
from live_recording.emulator.clock import Clock
from live_recording.emulator.domains import described, restored
from live_recording.emulator.messages import Answer, Fields

OPERATIONS: Mapping[str, Callable[[Account, Fields], Answer]] = MappingProxyType(
    {
        "CreateLiveRecordTemplate": templates.create,
        "ModifyLiveRecordTemplate": templates.modify,
        "DescribeLiveRecordTemplate": templates.describe,
        "DescribeLiveRecordTemplates": templates.describe_all,
        "DeleteLiveRecordTemplate": templates.delete,
        "CreateLiveRecordRule": rules.create,
        "DeleteLiveRecordRule": rules.delete,
        "DescribeLiveRecordRules": rules.describe,
        "CreateLiveCallbackTemplate": callback_templates.create,
        "ModifyLiveCallbackTemplate": callback_templates.modify,
        "DescribeLiveCallbackTemplate": callback_templates.describe,
        "DescribeLiveCallbackTemplates": callback_templates.describe_all,
        "DeleteLiveCallbackTemplate": callback_templates.delete,
        "CreateLiveCallbackRule": callback_rules.create,
        "DeleteLiveCallbackRule": callback_rules.delete,
        "DescribeLiveCallbackRules": callback_rules.describe,
        "CreateRecordTask": tasks.create,
        "StopRecordTask": tasks.stop,
        "DeleteRecordTask": tasks.delete,
        "DescribeRecordTask": tasks.describe,
        "CreateLiveRecord": live_records.create,
        "StopLiveRecord": live_records.stop,
        "DeleteLiveRecord": live_records.delete,
        "DescribeLiveStreamEventList": streams.describe_events,
        "DescribeLiveStreamState": streams.describe_state,
        "DescribeCallbackRecordsList": callback_records.describe,
        "DescribeLivePullStreamTasks": relays.describe,
        "DescribeLiveDomains": lambda account, body: domains.describe(account.settings.domains, body),
    },
)


class LiveService:
    """One account of one site. Not safe for threads by itself: callers that share it hold a lock."""

    def __init__(self, settings: AccountSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.actions = schemas.actions(settings.site, settings.assumptions)
        self.account = Account(settings, self.clock)

    def call(self, action: str, body: Fields, region: str = "") -> Answer:
        """Return the answer to one call by an authenticated client: region, parameters, then state (the order is assumed)."""
        self.settle()
        schema, assumed = self.actions.get(action), self.settings.assumptions
        if schema is None:
            return validation.unknown_action(action, self.actions)
        if assumed.quoted_numbers:
            body = validation.unquoted(schema.fields, body)
        problems = (
            validation.wrong_region(action, schema, region, self.settings.site),
            validation.refusal(schema, body, assumed.parameter_checks, self._stored(action, body)),
        )
        first, second = problems if assumed.region_first else reversed(problems)
        return first or second or OPERATIONS[action](self.account, body)

    def settle(self) -> None:
        """Let everything happen that time has brought since the last call: files of pushes, and notifications."""
        streams.settle(self.account)
        notifications.collect(self.account)

    def _stored(self, action: str, body: Fields) -> Fields:
        """Return the object that a call changes, as far as its values matter for the call."""
        template_id = body.get("TemplateId")
        if action != "ModifyLiveRecordTemplate" or not isinstance(template_id, int):
            return {}
        return self.account.templates.get(template_id, {})

    def effective_recording(
        self, domain: str, app: str, stream: str, at: datetime
    ) -> effective_recording.EffectiveRecording:
        """Return what records this stream for a push that begins at this moment."""
        return effective_recording.effective_recording(self.account, domain, app, stream, int(at.timestamp()))

    def state(self) -> Fields:
        """Return the whole account as one JSON document with sorted lists; `restore` accepts it."""
        account = self.account
        domains = self.settings.domains
        return {
            "site": self.settings.site.name,
            "account": self.settings.account_id,
            "domains": None if domains is None else [described(one) for one in domains],
            "last_template_id": account.last_template_id,
            "templates": [account.templates[template_id] for template_id in sorted(account.templates)],
            "rules": [account.rules[key] for key in sorted(account.rules)],
            "tasks": sorted(account.tasks.values(), key=task_order),
            "last_callback_template_id": account.last_callback_template_id,
            "callback_templates": [account.callback_templates[one] for one in sorted(account.callback_templates)],
            "callback_rules": [account.callback_rules[key] for key in sorted(account.callback_rules)],
            "last_live_record_id": account.last_live_record_id,
            "live_records": [account.live_records[task_id] for task_id in sorted(account.live_records)],
            "last_v2_record_id": account.last_v2_record_id,
            "v2_records": [account.v2_records[task_id] for task_id in sorted(account.v2_records)],
            "relays": account.relays,
            "pushes": account.pushes,
            "files": [{"FileId": file_id} | account.files[file_id] for file_id in sorted(account.files)],
            "notifications": list(account.notifications.values()),
        }

    def restore(self, state: Fields) -> None:
        """Become the account that a document of `state` describes; older ones lack some entries.

        Domains that the settings name replace those of the document.
        """
        site = self.settings.site
        if self.settings.domains is None:
            self.settings = replace(self.settings, domains=restored(state.get("domains")))
        ids = (template["TemplateId"] for template in state["templates"])
        live = {record["TaskId"]: record for record in state.get("live_records", [])}
        v2 = {record["task_id"]: record for record in state.get("v2_records", [])}
        self.account = Account(
            self.settings,
            self.clock,
            last_template_id=max((state["last_template_id"], *ids)),
            templates={
                template["TemplateId"]: templates.with_defaults(site, template) for template in state["templates"]
            },
            rules={rule_key(rule): rule for rule in state["rules"]},
            tasks={task["TaskId"]: task for task in state["tasks"]},
            callback_rules=callback_rules.restored(state),
            last_live_record_id=max((state.get("last_live_record_id", FIRST_LIVE_RECORD_ID - 1), *live)),
            live_records=live,
            last_v2_record_id=max((state.get("last_v2_record_id", FIRST_V2_RECORD_ID - 1), *v2)),
            v2_records=v2,
            relays=relays.restored(state),
            pushes=list(state.get("pushes", [])),
            last_file_id=max((FIRST_FILE_ID - 1, *(int(file["FileId"]) for file in state.get("files", [])))),
            files={file["FileId"]: _without_id(file) for file in state.get("files", [])},
            notifications=notifications.restored(state),
        )
        callback_templates.restore(self.account, state)

    def reset(self) -> None:
        """Become an account that has never been used."""
        self.account = Account(self.settings, self.clock)


def _without_id(file: Fields) -> Fields:
    return {name: value for name, value in file.items() if name != "FileId"}
