"""Text of accounts and other people, made safe for terminals and logs."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from live_recording.core.stack_ref import StackRef
from live_recording.core.text import escaped, escaped_output

ANY = st.text(st.characters())
HOSTILE = "\x1b[31m\u202e\u2066\u200b\U000e0041\x7f\x9b\r\n::error::x"


@given(ANY)
@example(HOSTILE)
def test_escaped_text_is_one_printable_line(text: str) -> None:
    """Nothing is left that moves a cursor, hides text or changes its direction."""
    assert escaped(text).isprintable()
    assert escaped(escaped(text)) == escaped(text)


@given(ANY)
@example(HOSTILE)
@example("  ::set-output name=x::y\n\t::error::\n##[error]x ##vso[task.setvariable]\n:::")
def test_no_line_of_output_is_a_command(text: str) -> None:
    """Pipelines execute lines that begin with `::`, also behind blanks, and `##[` anywhere."""
    shown = escaped_output(text)

    assert shown.replace("\n", "").replace("\t", "").isprintable()
    assert not any(line.lstrip().startswith("::") for line in shown.split("\n"))
    assert not any(sign in shown for sign in ("##[", "##vso[", "##teamcity["))
    assert shown.count("\n") == text.count("\n")


@given(st.recursive(ANY, lambda inner: st.lists(inner) | st.dictionaries(ANY, inner)))
@example({HOSTILE: ["##[error]", "a\u2028b", "\ud800"]})
def test_json_stays_the_same_json(data: object) -> None:
    """A program reads the names of an account as they are."""
    assert json.loads(escaped_output(json.dumps(data, ensure_ascii=False, indent=2))) == data


@pytest.mark.parametrize(
    "name", ["p--$(rm -rf ~)--x", "p--`x`--x", "p--a b--x", "p;x--prod--x", "p---rf--x", "p--比赛--x"]
)
def test_owner_in_a_template_name_fits_into_a_command(name: str) -> None:
    """A stack that Pulumi cannot have owns nothing, so no command that we print can contain its name."""
    assert StackRef.of_template(name) is None
