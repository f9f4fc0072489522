"""Sample reviews: no change, a rich change, a rejected plan, a conflict, no account data, and a huge one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from live_recording.config.where import WhereChange
from live_recording.core.findings import Finding
from live_recording.review.model import (
    Channels,
    EffectiveRule,
    Format,
    Limit,
    Loss,
    Notification,
    Operation,
    Pattern,
    Review,
    Task,
)
from live_recording.stackfile.model import Acknowledgement
from tests.support.entries import read_entry

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PUSH = "push.example.com"
MP4 = Format("mp4", 30 * 86400, 3600, cos=False)
MP4_SHORT = Format("mp4", 7 * 86400, 3600, cos=False)
HLS = Format("hls", 7 * 86400, None, cos=False)
FLV_COS = Format("flv", 0, 1800, cos=True)
AAC = Format("aac", 0, 7200, cos=False)

EVERYTHING = EffectiveRule("rules.everything", f"{PUSH}/*/*", 4, "archive", (HLS, MP4))
SHORTER = replace(EVERYTHING, formats=(HLS, MP4_SHORT))
STUDIO = EffectiveRule("rules.studio", f"{PUSH}/studio/*", 3, "clips", (FLV_COS, MP4))
REHEARSAL = EffectiveRule("rules.rehearsal", f"{PUSH}/*/rehearsal", 2, "no-record", ())
CHINESE = EffectiveRule("rules.体育频道", f"{PUSH}/体育/决赛", 1, "存档模板", (MP4,))
RADIO = EffectiveRule("rules.radio", "radio.example.com/*/*", 4, "radio", (AAC,))
FOREIGN = EffectiveRule("", f"{PUSH}/news/*", 3, "newsroom--prod--desk", (MP4,))
HOSTILE_NAME = "<script>alert(1)</script>|`rm`*_@everyone #1\\u000a"
HOSTILE = EffectiveRule("rules.odd", f"{PUSH}/*/{HOSTILE_NAME}", 2, "<b>&amp;`tpl`|", (MP4,))

LEGAL = read_entry(
    Acknowledgement,
    {
        "finding": "recording-loss",
        "path": "rules.rehearsal",
        "reason": "no viewers | @ops",
        "until": "2026-12-01",
    },
)
KEPT = read_entry(
    Acknowledgement, {"finding": "kept-forever", "path": "templates.radio", "reason": "legal hold, ticket 4711"}
)


def task(name: str, stream: str, hours: float, length: float = 2.0, **fields: object) -> Task:
    """Return a task that starts *hours* after the review."""
    start = AT + timedelta(hours=hours)
    sample = Task(
        name, stream, start, start + timedelta(hours=length), "archive", (HLS, MP4), "kept", managed=True, soon=False,
        overlaps=(),
    )  # fmt: skip
    return replace(sample, **fields)  # type: ignore[arg-type]  # the caller names fields of a task


def pattern(before: EffectiveRule | None, after: EffectiveRule | None, name: str = "") -> Pattern:
    """Return a pattern with this name, or with the key of its rule."""
    rule = before or after
    return Pattern(name or (rule.key if rule else ""), before, after)


FINAL = f"{PUSH}/live/final"
SUNDAY = f"{PUSH}/体育/德比大战"
TASKS = tuple(
    sorted(
        (
            task("tasks.morning-show", f"{PUSH}/news/morning", -1.0, 3.0, soon=True),
            task("tasks.final", FINAL, 0.2, 2.5, soon=True, change="changed", overlaps=("tasks.final-mix",)),
            task("tasks.final-mix", FINAL, 0.0, 4.0, soon=True, change="new", overlaps=("tasks.final",)),
            task("10042", "other.example.com/live/town-hall", 20.0, 1.0, managed=False, template="", formats=(AAC,)),
            *(
                task(f"schedules.daily (2026-11-{21 + n}T10:00)", f"{PUSH}/news/daily", 14.0 + 24 * n, 1.0)
                for n in range(6)
            ),
            task("schedules.德比 (2026-11-21T19:45)", SUNDAY, 23.75, 3.0, change="new"),
            task("tasks.open-day", f"{PUSH}/campus/open-day", 45.0, 8.0, change="removed"),
            task("tasks.overnight", f"{PUSH}/live/overnight", 60.0, 23.0, change="new"),
            task("tasks.late", f"{PUSH}/live/{HOSTILE_NAME}", 165.0, 3.0, change="changed", template="<b>&`|"),
        ),
        key=lambda task: (task.start, task.name),
    )
)

UNCHANGED = Review(
    stack="staging",
    at=AT,
    account_at=AT - timedelta(minutes=1),
    refused=(),
    losses=(),
    patterns=(pattern(EVERYTHING, EVERYTHING), pattern(RADIO, RADIO)),
    limits=(Limit("rules", 2, 2, 2, 50, 0), Limit("templates", 2, 2, 2, 50, 0)),
    tasks=(),
    later={},
    findings=(),
    acknowledged=(),
    unmanaged=(),
    operations=(),
)

RICH = Review(
    stack="prod",
    account="account 100000000001, site intl, https://live.intl.tencentcloudapi.com",
    at=AT,
    account_at=AT - timedelta(minutes=3),
    refused=(),
    losses=(
        Loss("stops", ("rules", "rehearsal"), f"{PUSH}/*/rehearsal", f"{PUSH}/*/rehearsal is no longer recorded: rules.rehearsal suppresses it.", LEGAL),
        Loss("format", ("rules", "studio"), f"{PUSH}/studio/*", f"{PUSH}/studio/* is no longer recorded as HLS.", None),
        Loss("stops", ("tasks", "open-day"), f"{PUSH}/campus/open-day", f"{PUSH}/campus/open-day is no longer recorded from 2026-11-22 17:00 to 2026-11-23 01:00 (Asia/Shanghai).", None),
        Loss("retention", ("templates", "archive"), f"{PUSH}/*/*", f"{PUSH}/*/*: MP4 retention drops from 30 days to 7 days.", None),
        Loss("retention", ("templates", "archive"), f"{PUSH}/live/*", f"{PUSH}/live/{HOSTILE_NAME}: MP4 retention drops from 30 days to 7 days.", None),
    ),
    patterns=(
        pattern(EVERYTHING, SHORTER),
        pattern(EVERYTHING, REHEARSAL, REHEARSAL.key),
        pattern(None, HOSTILE),
        pattern(replace(STUDIO, template="archive", formats=(HLS, MP4)), STUDIO),
        pattern(CHINESE, replace(CHINESE, template="存档", formats=(MP4,))),
        pattern(FOREIGN, FOREIGN),
        pattern(RADIO, RADIO),
        pattern(EffectiveRule("rules.old", "old.example.com/*/*", 4, "17016", (MP4,)), None),
    ),
    limits=(Limit("rules", 49, 50, 50, 50, 1), Limit("templates", 12, 14, 12, 50, 3)),
    channels=(Channels("tasks", 2, 3), Channels("push.example.com/studio/*", 1, 2)),
    notifications=(
        Notification(f"{PUSH}/*", "newsroom: files to https://hooks.example.com/..., signed", "newsroom: files and push ends to https://hooks.example.com/..., signed", ("another path for files", "another key")),
        Notification("events.example.com/live", "template 17", "", ()),
    ),
    tasks=TASKS,
    later={"derby-20261205T1945": "2026-11-29", "open-day-二": "2026-12-01"},
    findings=(
        Finding.new("nearly-full", ("rules",), "50 of 50 rules are used.").at("stacks/prod.yaml", 14),
        Finding.new("overridden", ("rules", "rehearsal"), "Overrides rules.studio | for the same app, with `no-record`.").at("stacks/prod.yaml", 17),
    ),
    acknowledged=(KEPT, LEGAL),
    unmanaged=(
        f"Rule {PUSH}/news/* points to template 17016 (newsroom--prod--desk, owned by stack prod of project newsroom).",
        "Template 17017 (Old archive) has no entry in this stack.",
    ),
    operations=(
        Operation("create", "RecordRule", "odd", ()),
        Operation("create", "RecordTask", "final-mix", ()),
        Operation("delete", "RecordRule", "old", ()),
        Operation("replace", "RecordTask", "final", ("end", "template_id")),
        Operation("update", "RecordRule", "studio", ("template_id",)),
        Operation("update", "RecordTemplate", "archive", ("mp4.storage_time",)),
    ),
    time_zone="Asia/Shanghai",
    limitations=("rules.old: the formats of template 17016 are unknown, so old.example.com/*/* is not reviewed.",),
)  # fmt: skip

REJECTED = replace(
    UNCHANGED,
    stack="prod",
    refused=(
        "rules.studio: The account already has a rule for push.example.com/studio/*. It points to template 17016; this one needs template 17020. Remove that rule.",
        "templates.clips: The account has 50 of 50 templates, and this deployment needs at least 1 more before it deletes any.",
    ),
    patterns=(),
    limits=(),
)

CONFLICTING = replace(
    RICH,
    missing=(
        "templates.old: the stack's state has this template, but the account does not. If it was deleted outside Pulumi, run `pulumi refresh`, then plan again.",
    ),
    unknown_domains=(
        f'rules.studio.domain: The account has no domain "psuh.example.com". Did you mean "{PUSH}"? [unknown-domain]',
    ),
    warnings=(f'The domain "{PUSH}" is disabled in the account: nothing can be pushed to it, so nothing is recorded.',),
    losses=RICH.losses[1:2],
    conflicts=("templates.old: Template 17016 cannot be deleted: it is used by rules for other.example.com/*/*.",),
    tasks=(),
    later={},
    limitations=(),
)

ELSEWHERE = replace(
    UNCHANGED,
    where=(
        WhereChange("externalId", "a hidden value", "a hidden value"),
        WhereChange("region", "the default", "ap-tokyo", accepted=True),
        WhereChange("roleArn", "qcs::cam::uin/100000000001:roleName/recorder", "none"),
    ),
)

WITHOUT_ACCOUNT = replace(
    RICH,
    limitations=('No account data: "before" comes from this stack\'s Pulumi state only.',),
    account_at=None,
    losses=(),
    patterns=(),
    limits=(),
    tasks=(),
    unmanaged=(),
    findings=(),
    acknowledged=(),
)

ACKNOWLEDGED = replace(RICH, losses=RICH.losses[:1], patterns=RICH.patterns[1:2], tasks=(), later={})

_APPS = tuple(f"app-with-a-rather-long-name-{n:02}" for n in range(48))
_LONG = "stream-" + "with-a-very-long-name-" * 8


def _huge_pattern(number: int, app: str) -> Pattern:
    before = EffectiveRule(f"rules.{app}", f"{PUSH}/{app}/*", 3, "archive", (HLS, MP4))
    changed = replace(before, formats=(HLS, MP4_SHORT), template="archive-short")
    return Pattern(before.key, before, changed if number % 2 else before)


HUGE = replace(RICH,
    losses=tuple(
        Loss("retention", ("rules", app), f"{PUSH}/{app}/*", f"{PUSH}/{app}/*: MP4 retention drops from 30 days to 7 days.", None)
        for app in _APPS[1::2]
    ),
    patterns=(*(_huge_pattern(n, app) for n, app in enumerate(_APPS)), *RICH.patterns[:2]),
    tasks=tuple(
        task(
            f"tasks.event-{n:03}", f"{PUSH}/{_APPS[n % 40]}/{_LONG if n % 40 == 3 else 'main'}", 0.5 + 0.75 * n, 1.5,
            change=("new", "kept", "changed", "removed")[n % 7 % 4], soon=n == 0,
        )
        for n in range(200)
    ),
    later={f"derby-{20261201 + n}T1945": f"2026-12-{1 + n:02}" for n in range(28)},
    findings=tuple(
        Finding.new("kept-forever", ("templates", f"t{n:02}"), "Recordings are kept and billed indefinitely.").at("stacks/prod.yaml", n)
        for n in range(50)
    ),
    unmanaged=tuple(f"Rule other-{n:02}.example.com/*/* points to template {17000 + n}." for n in range(50)),
    operations=tuple(Operation("update", "RecordRule", app, ("template_id",)) for app in _APPS),
)  # fmt: skip

REVIEWS = {
    "unchanged": UNCHANGED,
    "rich": RICH,
    "refused": REJECTED,
    "without-account": WITHOUT_ACCOUNT,
    "obstructed": CONFLICTING,
    "elsewhere": ELSEWHERE,
    "acknowledged": ACKNOWLEDGED,
    "huge": HUGE,
}
"""By the name of the golden file."""
