"""Who records which streams before and after: patterns, crossings of rules, and formats of a template."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from live_recording.account.objects import LiveTemplate, ObjectRef
from live_recording.core.streams import StreamKey
from live_recording.review.coverage import effective_rule, find_patterns, rules_with_unknown_template, template_formats
from live_recording.review.model import EffectiveRule, Format
from live_recording.review.ownership import AccountView
from tests.support.live_objects import snapshot

MONTH, WEEK = 30 * 86_400, 7 * 86_400
TEMPLATES: Mapping[str, Mapping[str, Any]] = {
    "1": {"TemplateId": 1, "TemplateName": "p--s--archive", "Mp4Param": {"Enable": 1, "StorageTime": MONTH}},
    "2": {"TemplateId": 2, "TemplateName": "theirs", "FlvParam": {"Enable": 1, "StorageTime": WEEK}},
    "3": {"TemplateId": 3, "TemplateName": "p--s--no-record"},
}
MP4, FLV = Format("mp4", MONTH, 1800, cos=False), Format("flv", WEEK, 1800, cos=False)
D = "push.example.com"


def picture(rules: Mapping[str, str], **names: str) -> AccountView:
    """Return an account with rules by keys such as `*/s`; *names* are the resources of template ids with a `t` before."""
    keys = {StreamKey(D, *(part.replace("*", "") for part in key.split("/"))): used for key, used in rules.items()}
    account = snapshot(TEMPLATES, keys)
    return AccountView(account, {ObjectRef("template", ref.removeprefix("t")): name for ref, name in names.items()})


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Pattern -> the templates that decide about it before and after."""
    found = find_patterns(picture(before), picture(after))
    return {
        f"{at.app or '*'}/{at.stream or '*'}": (
            one.before.template if one.before else "",
            one.after.template if one.after else "",
        )
        for at, one in found.items()
    }


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({}, {}, {}, id="nothing"),
        pytest.param({"*/*": "1"}, {"*/*": "1"}, {"*/*": ("p--s--archive", "p--s--archive")}, id="unchanged"),
        pytest.param({"*/*": "1"}, {}, {"*/*": ("p--s--archive", "")}, id="removed"),
        pytest.param(
            {"*/*": "1"},
            {"*/*": "1", "a/s": "2"},
            {"*/*": ("p--s--archive", "p--s--archive"), "a/s": ("p--s--archive", "theirs")},
            id="narrower",
        ),
        pytest.param(
            {"*/*": "1", "*/s": "2", "a/*": "3"},
            {"*/*": "1", "a/*": "3"},
            {
                "*/*": ("p--s--archive", "p--s--archive"),
                "*/s": ("theirs", "p--s--archive"),
                "a/*": ("p--s--no-record", "p--s--no-record"),
                "a/s": ("theirs", "p--s--no-record"),
            },
            id="stream-level-rule-goes-and-an-app-is-suppressed",
        ),
        pytest.param(
            {"*/s": "2", "a/*": "2"},
            {"a/*": "2"},
            {"*/s": ("theirs", ""), "a/*": ("theirs", "theirs"), "a/s": ("theirs", "theirs")},
            id="an-app-goes-on",
        ),
        pytest.param(
            {"*/s": "2", "a/*": "1"},
            {"*/s": "2", "a/*": "3"},
            {"*/s": ("theirs", "theirs"), "a/*": ("p--s--archive", "p--s--no-record")},
            id="no-crossing-where-the-stream-level-rule-stays",
        ),
        pytest.param(
            {"*/s": "1", "a/*": "2", "a/s": "3"},
            {"a/*": "2", "a/s": "3"},
            {"*/s": ("p--s--archive", ""), "a/*": ("theirs", "theirs"), "a/s": ("p--s--no-record", "p--s--no-record")},
            id="a-rule-of-its-own-is-no-crossing",
        ),
    ],
)
def test_patterns_are_the_keys_and_the_crossings_that_differ(
    before: Mapping[str, str], after: Mapping[str, str], expected: Mapping[str, tuple[str, str]]
) -> None:
    """Each key before or after is a pattern, and an app in a stream-level rule where it differs from the other apps."""
    assert changes(before, after) == expected
    assert list(changes(before, after)) == sorted(changes(before, after), key=lambda name: name.replace("*", ""))


def test_patterns_of_full_accounts_are_few() -> None:
    """25 apps and 25 streams have 50 patterns, and one for each crossing when a stream-level rule goes."""
    apps = {f"a{n}/*": "1" for n in range(25)}
    streams = {f"*/s{n}": "2" for n in range(25)}

    assert len(changes(apps | streams, apps | streams)) == 50
    assert len(changes(apps | streams, apps)) == 50 + 25 * 25


def test_recorder_names_the_rule_its_level_and_the_template() -> None:
    """The entry is named where the stack has it, else the name in the account."""
    ours = picture({"*/*": "1", "a/*": "2"}, t1="archive")
    ours = replace(ours, names={**ours.names, ObjectRef("rule", StreamKey(D)): "everything"})

    assert effective_rule(ours, StreamKey(D, "x", "y")) == EffectiveRule(
        "rules.everything", f"{D}/*/*", 4, "archive", (MP4,)
    )
    assert effective_rule(ours, StreamKey(D, "a", "y")) == EffectiveRule("", f"{D}/a/*", 3, "theirs", (FLV,))
    assert effective_rule(ours, StreamKey("other.example.com", "a", "y")) is None


def test_rule_without_a_known_template_is_left_out() -> None:
    """The formats of an unlisted template are unknown, so its patterns are not reported."""
    known, unknown = picture({"*/*": "1"}), picture({"*/*": "1", "a/*": "17016"})

    assert list(find_patterns(known, unknown)) == [StreamKey(D)]
    assert rules_with_unknown_template(unknown) == {StreamKey(D, "a"): "17016"}


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        pytest.param({}, (), id="nothing"),
        pytest.param({"Mp4Param": {"Enable": 0, "StorageTime": 5}}, (), id="disabled"),
        pytest.param({"Mp4Param": {"Enable": 1}}, (Format("mp4", 0, 1800, cos=False),), id="vendor-defaults"),
        pytest.param({"Mp4Param": None, "AacParam": {"Enable": 1, "StorageTime": None}}, (Format("aac", 0, 1800, cos=False),), id="nulls"),
        pytest.param({"HlsParam": {"Enable": 1, "RecordInterval": 60, "StorageTime": 9}}, (Format("hls", 9, None, cos=False),), id="hls-has-one-file"),
        pytest.param({"CosStore": 1, "Mp4Param": {"Enable": 1}}, (Format("mp4", 0, 1800, cos=True),), id="cos"),
        pytest.param(
            {"Mp3Param": {"Enable": 1}, "FlvParam": {"Enable": 1, "RecordInterval": 60, "StorageTime": 7}},
            (Format("flv", 7, 60, cos=False), Format("mp3", 0, 1800, cos=False)),
            id="sorted-as-the-vendor-does",
        ),
    ],
)  # fmt: skip
def test_formats_are_those_that_are_on_with_the_vendors_defaults(
    live: Mapping[str, Any], expected: tuple[Format, ...]
) -> None:
    """What is enabled is recorded; what is not said is as the vendor has it."""
    assert template_formats(LiveTemplate.from_api({"TemplateId": 7, **live})) == expected
