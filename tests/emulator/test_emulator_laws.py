"""Whatever is called in whatever order, an account keeps its laws."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from live_recording.emulator.account import AccountSettings
from live_recording.emulator.clock import CHINA, Clock
from live_recording.emulator.messages import Refusal
from live_recording.emulator.service import LiveService
from live_recording.emulator.sites import CN, INTL
from tests.support.clock import DAY, HOUR, NOW
from tests.support.thoroughness import examples

TEMPLATES, RULES, PAGE, DAILY = 4, 5, 3, 2
DOMAINS = st.sampled_from(["a.example.com", "b.example.com"])
PARTS = st.sampled_from(["", "live", "x"])
OFFSETS = st.integers(-2 * DAY, 8 * DAY)


def china(seconds: int) -> str:
    """Format a time as the deprecated calls do."""
    return f"{datetime.fromtimestamp(seconds, CHINA):%Y-%m-%d %H:%M:%S}"


class StoppedClock(Clock):
    """Does not advance by itself, so tests can reach every boundary exactly."""

    def __init__(self) -> None:
        self.at = int(NOW.timestamp())
        super().__init__(NOW)

    def seconds(self) -> int:
        """Return the current time."""
        return self.at


class Laws(RuleBasedStateMachine):
    """Random calls against one small account, and a model of what the account must hold afterwards."""

    site = INTL

    def __init__(self) -> None:
        super().__init__()
        self.clock = StoppedClock()
        self.service = LiveService(
            AccountSettings(site=self.site, templates=TEMPLATES, rules=RULES, page=PAGE, live_records_a_day=DAILY),
            self.clock,
        )
        self.ids: list[int] = []
        self.task_ids: list[str] = []
        self.accepted: dict[str, tuple[int, int, int]] = {}
        self.records: dict[int, tuple[int, int, bool]] = {}
        self.record_ids: list[int] = []

    def call(self, action: str, **body: object) -> tuple[dict[str, Any], str]:
        """Return the fields of an answer and the code of a rejection, one of them empty."""
        answer = self.service.call(action, body, "ap-guangzhou")
        return ({}, answer.code) if isinstance(answer, Refusal) else (answer, "")

    @rule(enable=st.integers(0, 1))
    def create_template(self, enable: int) -> None:
        """Create a template: accepted if there is a free slot; its id is larger than all before."""
        full = len(self.service.account.templates) == TEMPLATES
        answer, code = self.call("CreateLiveRecordTemplate", TemplateName="t", FlvParam={"Enable": enable})
        assert code == ("InternalError.ConfOutLimit" if full else "")
        if answer:
            assert answer["TemplateId"] > max(self.ids, default=0)
            self.ids.append(answer["TemplateId"])

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def delete_template(self, data: st.DataObject) -> None:
        """Delete a template: rejected if a rule uses it, or if it does not exist."""
        template_id = data.draw(st.sampled_from(self.ids))
        used = any(one["TemplateId"] == template_id for one in self.service.account.rules.values())
        known = template_id in self.service.account.templates
        _, code = self.call("DeleteLiveRecordTemplate", TemplateId=template_id)
        assert code == ("FailedOperation.ConfInUsed" if used else "" if known else "InternalError.ConfNotFound")

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), domain=DOMAINS, app=PARTS, stream=PARTS)
    def create_rule(self, data: st.DataObject, domain: str, app: str, stream: str) -> None:
        """Create a rule: accepted if the template exists, the key is free and there is a free slot."""
        template_id = data.draw(st.sampled_from(self.ids))
        account = self.service.account
        problems = (
            ("InvalidParameter.ConfNotFound", template_id not in account.templates),
            ("FailedOperation.RuleAlreadyExist", (domain, app, stream) in account.rules),
            ("InternalError.RuleOutLimit", len(account.rules) == RULES),
        )
        expected = next((code for code, holds in problems if holds), "")
        key = {"DomainName": domain, "AppName": app, "StreamName": stream}
        assert self.call("CreateLiveRecordRule", **key, TemplateId=template_id)[1] == expected

    @rule(domain=DOMAINS, app=PARTS, stream=PARTS)
    def delete_rule(self, domain: str, app: str, stream: str) -> None:
        """Delete the rule of this key, and no other."""
        before = dict(self.service.account.rules)
        known = before.pop((domain, app, stream), None)
        _, code = self.call("DeleteLiveRecordRule", DomainName=domain, AppName=app, StreamName=stream)
        assert code == ("" if known else "FailedOperation.NotFound")
        assert self.service.account.rules == before

    @rule(start=st.one_of(st.none(), OFFSETS), length=st.one_of(st.integers(-HOUR, 25 * HOUR), st.just(DAY)))
    def create_task(self, start: int | None, length: int) -> None:
        """Create a task: accepted only in the time windows of the site."""
        now = self.clock.at
        begin = now if start is None else now + start
        sent = {} if start is None else {"StartTime": begin}
        task = {"DomainName": "a.example.com", "AppName": "live", "StreamName": "x", "EndTime": begin + length, **sent}
        answer, code = self.call("CreateRecordTask", **task)
        end = begin + length
        near = begin <= now + 6 * DAY if self.site is INTL else end < now + 7 * DAY
        assert code == ("" if now < end and 0 < length <= DAY and near else "InvalidParameter")
        if answer:
            self.task_ids.append(answer["TaskId"])
            self.accepted[answer["TaskId"]] = begin, end, 0

    @precondition(lambda self: self.task_ids)
    @rule(data=st.data(), action=st.sampled_from(["StopRecordTask", "DeleteRecordTask"]))
    def end_task(self, data: st.DataObject, action: str) -> None:
        """Known tasks can be stopped and deleted in any phase, unknown ones never; the first stop counts."""
        task_id = data.draw(st.sampled_from(self.task_ids))
        known = self.accepted.get(task_id)
        _, code = self.call(action, TaskId=task_id)
        assert code == ("" if known else "InvalidParameter")
        if known and action == "DeleteRecordTask":
            del self.accepted[task_id]
        elif known and not known[2] and self.clock.at < known[1]:
            self.accepted[task_id] = *known[:2], self.clock.at

    @rule(highlight=st.integers(0, 1), start=OFFSETS, length=st.integers(-HOUR, 25 * HOUR))
    def create_live_record(self, highlight: int, start: int, length: int) -> None:
        """Real-time ones are always accepted and short; scheduled ones end later than they start, and than now."""
        now, begin = self.clock.at, self.clock.at + start
        end = begin + length
        times = {"StartTime": china(begin), "EndTime": china(end)}
        today = china(now)[:10]
        created = [one for one in self.service.account.live_records.values() if not one["Highlight"]]
        full = sum(one["CreateTime"][:10] == today for one in created) == DAILY
        answer, code = self.call("CreateLiveRecord", StreamName="x", Highlight=highlight, **times)
        misplaced = "" if end > max(begin, now) else "InvalidParameterValue"
        assert code == ("" if highlight else misplaced or ("LimitExceeded.MaximumTask" if full else ""))
        if answer:
            assert answer["TaskId"] > max(self.record_ids, default=0)
            self.record_ids.append(answer["TaskId"])
            live = (now, end if now < end < now + 1800 else now + 1800, False)
            self.records[answer["TaskId"]] = live if highlight else (begin, end, False)

    @precondition(lambda self: self.record_ids)
    @rule(data=st.data(), action=st.sampled_from(["StopLiveRecord", "DeleteLiveRecord"]))
    def end_live_record(self, data: st.DataObject, action: str) -> None:
        """Known ones can be stopped in any phase, and deleted in any but while they run."""
        task_id = data.draw(st.sampled_from(self.record_ids))
        known = self.records.get(task_id)
        _, code = self.call(action, StreamName="x", TaskId=task_id)
        runs = known is not None and known[0] <= self.clock.at < known[1] and not known[2]
        stuck = "FailedOperation.AlterTaskState" if runs and action == "DeleteLiveRecord" else ""
        assert code == (stuck if known else "ResourceNotFound.TaskId")
        if known and action == "StopLiveRecord":
            self.records[task_id] = *known[:2], True
        elif known and not stuck:
            del self.records[task_id]

    @rule(seconds=st.integers(1, 2 * DAY))
    def time_passes(self, seconds: int) -> None:
        """Nothing ends by being waited for."""
        self.clock.at += seconds

    @rule(start=OFFSETS, span=st.integers(1, 7 * DAY))
    def list_tasks(self, start: int, span: int) -> None:
        """All pages together are exactly the accepted tasks inside the window, none twice."""
        begin = self.clock.at + start
        window = {"StartTime": begin, "EndTime": begin + span}
        listed, token = [], ""
        while True:
            answer, code = self.call("DescribeRecordTask", **window, ScrollToken=token)
            assert code == ""
            assert len(answer["TaskList"]) <= PAGE
            listed += answer["TaskList"]
            token = answer["ScrollToken"]
            if not token:
                break
        inside = {one: task for one, task in self.accepted.items() if begin <= task[0] and task[1] <= begin + span}
        assert {one["TaskId"]: (one["StartTime"], one["EndTime"], one["Stopped"]) for one in listed} == inside
        assert len(listed) == len(inside)

    @invariant()
    def every_rule_has_its_template(self) -> None:
        """Limits hold, and no rule names a template that is gone."""
        account = self.service.account
        assert len(account.templates) <= TEMPLATES
        assert len(account.rules) <= RULES
        assert all(one["TemplateId"] in account.templates for one in account.rules.values())

    @invariant()
    def the_narrowest_rule_wins(self) -> None:
        """Of the rules that fit a stream, one with the stream beats one without, then one with the app."""
        fitting = [
            one
            for (domain, app, stream), one in self.service.account.rules.items()
            if domain == "a.example.com" and app in ("", "live") and stream in ("", "x")
        ]
        best = max(fitting, key=lambda one: (one["StreamName"] != "", one["AppName"] != ""), default=None)
        seen = self.service.effective_recording("a.example.com", "live", "x", NOW + timedelta(hours=1))
        assert seen.rule == best
        assert len(seen.tasks) <= 3

    @invariant()
    def live_records_are_those_accepted(self) -> None:
        """Neither tasks nor time touch a record of the deprecated family."""
        kept = self.service.account.live_records.items()
        assert {one: (record["StartTime"], record["EndTime"]) for one, record in kept} == {
            one: record[:2] for one, record in self.records.items()
        }

    @invariant()
    def state_can_be_restored(self) -> None:
        """Check that the state is complete: an account that is restored from it is the same."""
        other = LiveService(self.service.settings, self.clock)
        other.restore(self.service.state())
        assert other.state() == self.service.state()


class CnLaws(Laws):
    """The same on the mainland site."""

    site = CN


TestIntl = Laws.TestCase
TestCn = CnLaws.TestCase
TestIntl.settings = TestCn.settings = settings(
    max_examples=examples(30, 60),
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow],  # a busy machine is no failure
)
