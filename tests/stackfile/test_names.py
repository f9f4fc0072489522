"""Keys, domains, apps and streams, and the placeholders of file names."""

import json
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.errors import InvalidValue
from live_recording.core.stack_ref import StackRef
from live_recording.stackfile.names import (
    COS_PLACEHOLDERS,
    VOD_PLACEHOLDERS,
    cos_bucket_path,
    domain,
    key,
    part,
    reference,
    required_name,
    vod_file_name,
)
from live_recording.stackfile.scalars import PlainScalar
from live_recording.stackfile.stream_names import doubt_about_name, problem_of_name

Reader = Callable[[object], str]

TAKEN: dict[str, tuple[Reader, str]] = {
    "key": (key, "archive"),
    "key-of-a-field": (key, "hls"),
    "key-digits": (key, "2026"),
    "key-single-hyphens": (key, "a-b-c"),
    "key-chinese": (key, "模板"),
    "key-underscores": (key, "__a__"),
    "domain": (domain, "push.example.com"),
    "domain-of-digits": (domain, "163.com"),
    "domain-punycode": (domain, "push.xn--fiqs8s"),
    "domain-capitals-stay": (domain, "Push.Example.COM"),
    "domain-longest-label": (domain, f"{'a' * 63}.com"),
    "part": (part, "live"),
    "part-empty": (part, ""),
    "part-symbols": (part, "a_b-c.d~e=f:1;,!+$"),
    "part-at": (part, "cam@1"),
    "part-percent-last": (part, "100%"),
    "vod-all": (vod_file_name, "_".join(f"{{{name}}}" for name in VOD_PLACEHOLDERS)),
    "vod-none": (vod_file_name, "file"),
    "cos-all": (cos_bucket_path, "/" + "/".join(f"{{{name}}}" for name in COS_PLACEHOLDERS)),
    "cos-root": (cos_bucket_path, "/"),
}


@pytest.mark.parametrize(("reader", "value"), TAKEN.values(), ids=TAKEN)
def test_name_is_taken_as_it_is(reader: Reader, value: str) -> None:
    """A name is neither folded nor trimmed, because the vendor compares letter by letter."""
    assert reader(value) == value


REFUSED: dict[str, tuple[Reader, str, str]] = {
    "key-empty": (key, "", "bad-name"),
    "key-two-hyphens": (key, "a--b", "bad-name"),
    "key-hyphen-first": (key, "-a", "bad-name"),
    "key-hyphen-last": (key, "a-", "bad-name"),
    "key-dot": (key, "a.b", "bad-name"),
    "key-space": (key, "a b", "bad-name"),
    "key-accent": (key, "é", "bad-name"),
    "key-newline-last": (key, "a\n", "bad-name"),
    "domain-empty": (domain, "", "bad-name"),
    "domain-single-label": (domain, "localhost", "bad-name"),
    "domain-url": (domain, "rtmp://push.example.com", "bad-name"),
    "domain-with-path": (domain, "push.example.com/live", "bad-name"),
    "domain-wildcard": (domain, "*.example.com", "bad-name"),
    "domain-final-dot": (domain, "push.example.com.", "bad-name"),
    "domain-space": (domain, " push.example.com", "bad-name"),
    "domain-of-hyphens": (domain, "a.--", "bad-name"),
    "domain-hyphen-last": (domain, "a.b-", "bad-name"),
    "domain-label-hyphen-first": (domain, "push.example.-com", "bad-name"),
    "domain-label-hyphen-last": (domain, "push-.example.com", "bad-name"),
    "domain-full-width-digit": (domain, "push\uff11.example.com", "bad-name"),
    "domain-label-too-long": (domain, f"{'a' * 64}.com", "bad-name"),
    "domain-too-long": (domain, f"{'a.' * 126}com", "bad-name"),
    "domain-newline-last": (domain, "push.example.com\n", "bad-name"),
    "part-star": (part, "*", "bad-name"),
    "part-star-inside": (part, "match-*", "bad-name"),
    "part-slash": (part, "live/a", "bad-name"),
    "part-inner-space": (part, "main stage", "bad-name"),
    "part-chinese": (part, "直播", "bad-name"),
    "part-space-first": (part, " live", "bad-name"),
    "part-newline": (part, "a\nb", "bad-name"),
    "part-escape": (part, "\x1b[31m", "bad-name"),
    "vod-unknown": (vod_file_name, "{Stream}", "bad-placeholder"),
    "vod-other-case": (vod_file_name, "{streamid}", "bad-placeholder"),
    "vod-open": (vod_file_name, "{StreamID", "bad-placeholder"),
    "vod-close": (vod_file_name, "StreamID}", "bad-placeholder"),
    "vod-double": (vod_file_name, "{{StreamID}}", "bad-placeholder"),
    "vod-cos-only": (vod_file_name, "{RandomID}", "bad-placeholder"),
    "cos-unknown": (cos_bucket_path, "/{App}", "bad-placeholder"),
}


@pytest.mark.parametrize(("reader", "value", "kind"), REFUSED.values(), ids=REFUSED)
def test_other_names_are_refused(reader: Reader, value: str, kind: str) -> None:
    """A name that the vendor would not take is refused in a sentence that ends."""
    with pytest.raises(InvalidValue) as refusal:
        reader(value)

    assert refusal.value.finding_id == kind
    assert refusal.value.message.endswith((".", "?"))


PASTED = {
    "wildcard": ("match-*", "To match some names, add a rule for each."),
    "shell-placeholder": ("${STREAM}", 'Placeholders are not supported: "${STREAM}"'),
    "vendor-placeholder": ("{StreamID}", 'Placeholders are not supported: "{StreamID}"'),
    "server-placeholder": ("cam-[stream]", 'Placeholders are not supported: "[stream]"'),
    "typographic-quotes": ("“final”", 'U+201C (left double quotation mark). Names of apps and streams have English letters, digits and symbols only. Did you mean "final"?'),
    "full-width-letters": ("\uff46\uff49\uff4e\uff41\uff4c", 'Did you mean "final"?'),
    "dash": ("final\u20131", 'Did you mean "final-1"?'),
    "zero-width-space": ("final\u200b", 'U+200B (zero width space). Names of apps and streams have English letters, digits and symbols only. Did you mean "final"?'),
    "no-break-space": ("final\xa0", 'Did you mean "final"?'),
    "quotes-inside-quotes": ("'final'", 'Write "final".'),
    "code-quotes": ("`final`", 'Write "final".'),
    "parameters": ("final?txSecret=5f3e&txTime=68", '"final" is followed by parameters'),
    "full-width-parameters": ("final\uff1ftxSecret=5f3e", '"final" is followed by parameters'),
    "address": ("rtmp://push.example.com/live/final?txSecret=5f3e", "This is a part of an address"),
    "one-character": ("match-?", 'Wildcards are not supported: "match-?"'),
    "templating": ("{{ name }}", 'Placeholders are not supported: "{{ name }}"'),
    "key-alone": ("txSecret=5f3e", "This is a part of an address"),
    "encoded-parameters": ("final%3FtxSecret%3D5f3e%26txTime%3D6A", '"final" is followed by parameters'),
    "encoded-address": ("rtmp%3A%2F%2Fpush.example.com%2Flive%2Ffinal%3FtxSecret%3D5f3e", "This is a part of an address"),
    "address-with-wildcard": ("rtmp://admin:5f3e@push.example.com/live/*?", "This is a part of an address"),
    "login": ("admin:5f3e@push.example.com", "This is a part of an address"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "message"), PASTED.values(), ids=PASTED)
def test_pasted_name_is_explained_without_its_secret(name: str, message: str) -> None:
    """A name that no stream can have is rejected with what to write instead; a key in it is not repeated."""
    problem = problem_of_name(name)

    assert message in problem
    assert "5f3e" not in problem


DOUBTFUL = {
    "encoded": ("main%20stage", 'looks percent-encoded ("%20")'),
    "encoded-in-small-letters": ("main%2fstage", 'looks percent-encoded ("%2f")'),
    "whole-expression": ("^final", 'looks like a regular expression ("^")'),
    "classes": ("match-[0-9]", 'looks like a regular expression ("[0-9]")'),
    "alternatives": ("final|semifinal", 'looks like a regular expression ("|")'),
    "escaped": ("match-\\d+", 'looks like a regular expression ("\\\\")'),
    "player": ("final.m3u8", 'looks like an address for players (".m3u8")'),
}


@pytest.mark.parametrize(("name", "message"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_doubtful_name_is_possible_and_explained(name: str, message: str) -> None:
    """A name that a stream can have, but that comes from elsewhere, is accepted with a warning."""
    assert not problem_of_name(name)
    assert message in doubt_about_name(name)


def test_ordinary_name_is_not_doubted() -> None:
    """Symbols that encoders use raise no doubt."""
    assert not [name for name in ("a_b-c.d~e=f:1;,!+", "cam@1", "100%", "final.mp4") if doubt_about_name(name)]


@given(st.text())
def test_only_printable_ascii_can_match(name: str) -> None:
    """Whatever is pasted, no other name passes, and every suggestion does."""
    problem = problem_of_name(name)
    suggestion = re.search(r'Did you mean "(.*)"\?$', problem)

    assert problem or all("!" <= character <= "~" for character in name)
    assert suggestion is None or not problem_of_name(json.loads(f'"{suggestion[1]}"'))


def test_a_task_needs_whole_names() -> None:
    """Where every stream will not do, an empty name is missing rather than bad."""
    assert required_name("final") == "final"
    with pytest.raises(InvalidValue) as refusal:
        required_name("")

    assert refusal.value.args == (
        "missing-field",
        "The value is empty; the full name of one stream is required. Add it.",
    )


def test_reference_is_text() -> None:
    """A bare number is no name of another entry, because the entry's key is text."""
    assert reference("2026") == "2026"
    with pytest.raises(InvalidValue) as refusal:
        reference(PlainScalar("2026"))

    assert refusal.value.args == ("wrong-type", 'Expected a string, got a number. Quote it: "2026".')


OWNERS = {
    "default": ("live-recording--dev--archive", StackRef("live-recording", "dev")),
    "own-name": ("archive", None),
    "two-parts": ("live-recording--dev", None),
    "four-parts": ("live-recording--dev--a--b", None),
    "empty-part": ("live-recording----archive", None),
}


@pytest.mark.parametrize(("name", "owner"), OWNERS.values(), ids=OWNERS)
def test_owner_can_be_read_back(name: str, owner: StackRef | None) -> None:
    """A default template name tells project and stack; another name tells nothing."""
    assert StackRef.of_template(name) == owner


@pytest.mark.parametrize("reader", [domain, part, vod_file_name, cos_bucket_path])
def test_bare_numbers_are_no_names(reader: Reader) -> None:
    """A bare number is refused where a name belongs, because YAML versions read `012` differently."""
    with pytest.raises(InvalidValue) as refusal:
        reader(PlainScalar("012"))

    assert refusal.value.message == ('Expected a string, got a number. Quote it: "012".')


def test_vod_has_fifteen_placeholders() -> None:
    """A file name in VOD knows the stream and seven parts of each of two times."""
    assert len(set(VOD_PLACEHOLDERS)) == 15
    assert set(VOD_PLACEHOLDERS) < set(COS_PLACEHOLDERS)


@given(st.lists(st.sampled_from([*VOD_PLACEHOLDERS, "_", "-", "a", "{", "}", "{}", "{x}"])))
def test_braces_hold_known_placeholders_only(pieces: list[str]) -> None:
    """A file name is taken exactly when every brace of it belongs to a known placeholder."""
    name = "".join(f"{{{piece}}}" if piece in VOD_PLACEHOLDERS else piece for piece in pieces)
    rest = name
    for known in VOD_PLACEHOLDERS:
        rest = rest.replace(f"{{{known}}}", ".")
    try:
        taken = vod_file_name(name) == name
    except InvalidValue:
        taken = False

    assert taken == ("{" not in rest and "}" not in rest)


@given(st.text())
def test_keys_can_be_joined_by_two_hyphens(name: str) -> None:
    """A key never has two hyphens or one at an end, so that a default name can be taken apart again."""
    try:
        taken = key(name)
    except InvalidValue:
        return

    assert f"owner--{taken}".split("--") == ["owner", name]
