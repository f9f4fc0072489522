"""Characters that look like YAML's own, and markers of an unresolved merge."""

import pytest

from live_recording.stackfile.reader import parse

BROKEN = {
    "colon": ("templates：\n  a: {mp4: {}}\n", 1, 'U+FF1A (fullwidth colon) in place of ":"'),
    "colon-above-comments": ("time_zone: UTC\ntemplates：\n\n  # b\n  a: {mp4: {}}\n", 2, 'U+FF1A (fullwidth colon) in place of ":"'),
    "colon-in-a-mapping": ("templates: {a: {mp4：{}}}\n", 1, 'U+FF1A (fullwidth colon) in place of ":"'),
    "comma": ("templates: {a: {mp4: {}}，b: {mp4: {}}}\n", 1, 'U+FF0C (fullwidth comma) in place of ","'),
    "braces": ("templates: ｛a: {}｝\n", 1, "U+FF5B (fullwidth left curly bracket)"),
    "space-after-colon": ("templates:\xa0{a: {}}\n", 1, "U+00A0 (no-break space) in place of a space"),
    "space-before-key": ("templates:\n\xa0 a: {}\n", 2, "U+00A0 (no-break space) in place of a space"),
    "space-alone": ("time_zone:\u3000UTC\n", 1, "U+3000 (ideographic space) in place of a space"),
    "comment": ("＃ comment\ntime_zone: UTC\n", 1, 'U+FF03 (fullwidth number sign) in place of "#"'),
    "list": ("acknowledge:\n－ a: b\n", 2, 'U+FF0D (fullwidth hyphen-minus) in place of "-"'),
    "merge": ("time_zone: UTC\n<<<<<<< HEAD\nrules: {}\n=======\nrules: {}\n>>>>>>> b\n", 2, "Merge conflict marker <<<<<<<."),
    "merge-middle": ("time_zone: UTC\nrules: {}\n=======\n", 3, "Merge conflict marker =======."),
    "merge-end": ("time_zone: UTC\nrules: {}\n>>>>>>> b\n", 3, "Merge conflict marker >>>>>>>."),
}  # fmt: skip


@pytest.mark.parametrize(("source", "line", "message"), BROKEN.values(), ids=BROKEN)
def test_character_is_named_with_its_line(source: str, line: int, message: str) -> None:
    """The finding names what cannot be seen, not what the parser missed."""
    (finding,) = parse(source).findings

    assert (finding.id, finding.line) == ("bad-yaml", line)
    assert message in finding.sentence


OTHER = {
    "text-before-the-error": "templates:\n  a:\n    description: 比赛：决赛\n   mp4: {}\n",
    "comment-before-the-error": "templates:\n  # 比赛：决赛\n   a: [\n",
}


@pytest.mark.parametrize("source", OTHER.values(), ids=OTHER)
def test_text_is_not_blamed_for_another_error(source: str) -> None:
    """Full-width characters are legal inside text."""
    (finding,) = parse(source).findings

    assert "U+" not in finding.sentence


def test_text_keeps_its_characters() -> None:
    """A description in Chinese is read as it is."""
    assert parse("templates: {a: {description: 比赛：决赛，直播}}\n").findings == ()
