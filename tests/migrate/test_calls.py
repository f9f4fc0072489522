"""Which pieces of a text are calls, and which are not."""

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.migrate.calls import Unread, unquoted
from live_recording.migrate.text_forms import calls

TIMES = '"StartTime": "2026-12-01 20:00:00", "EndTime": "2026-12-01 21:00:00"'

TOLD = {
    "by-format": ('{"StreamName": "a", "FileFormat": "mp4"}', "CreateLiveRecord"),
    "by-china-time": ('{"StreamName": "a", "EndTime": "2026-12-01 21:00:00"}', "CreateLiveRecord"),
    "by-unix-seconds": ('{"StreamName": "a", "EndTime": 1796133600}', "CreateRecordTask"),
    "by-digits": ('{"StreamName": "a", "EndTime": "1796133600"}', "CreateRecordTask"),
    "by-template": ('{"StreamName": "a", "EndTime": 1796133600, "TemplateId": 5}', "CreateRecordTask"),
    "by-channel": ('{"channelId": "a", "endTime": "2026-12-01 21:00:00"}', "CreateRecord"),
    "by-task-id": ('{"StreamName": "a", "TaskId": 5}', "StopLiveRecord"),
    "by-header": ('X-TC-Action: DeleteLiveRecord\n\n{"StreamName": "a", "TaskId": 5}', "DeleteLiveRecord"),
    "by-header-in-json": ('{"headers": {"X-TC-Action": "StopRecordTask"}, "body": {"TaskId": "x"}}', "StopRecordTask"),
    "by-action-in-json": ('{"Action": "DeleteRecordTask", "TaskId": "x"}', "DeleteRecordTask"),
    "by-request": ('req = StopRecordTaskRequest()\nreq.TaskId = "x"', "StopRecordTask"),
    "by-method": ('req.TaskId = "x"\nclient.StopRecordTask(req)', "StopRecordTask"),
    "by-method-of-argument": ('client.StopRecordTask({TaskId: "x"})', "StopRecordTask"),
    "by-name-in-call": ('client.call_json("CreateRecordTask", {"StreamName": "a"})', "CreateRecordTask"),
    "fields-beat-what-stands-nearby": (f'CreateRecordTask\n{{"StreamName": "a", "MixStream": 1, {TIMES}}}', "CreateLiveRecord"),
    "rule": ("tccli live CreateLiveRecordRule --DomainName a.example.com --TemplateId 5", "CreateLiveRecordRule"),
    "windows": ("tccli.exe live StopRecordTask ^\r\n --TaskId x", "StopRecordTask"),
    "option-with-sign": ("tccli live StopRecordTask --TaskId=x", "StopRecordTask"),
    "action-in-the-midst": ("https://live.tencentcloudapi.com/?TaskId=x&Action=StopRecordTask&Nonce=1", "StopRecordTask"),
    "html": ("/?Action=StopRecordTask&amp;TaskId=x", "StopRecordTask"),
    "map": ('params["StreamName"] = "a"\nparams["EndTime"] = 1796133600\n', "CreateRecordTask"),
    "keywords": ('record(StreamName="a", EndTime=1796133600)', "CreateRecordTask"),
    "struct": ('&live.CreateRecordTaskRequest{StreamName: common.StringPtr("a"), EndTime: common.Uint64Ptr(5)}', "CreateRecordTask"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "action"), TOLD.values(), ids=TOLD)
def test_calls_are_told(text: str, action: str) -> None:
    """A call is told by its action, or by its fields; that it lacks others is judged later."""
    assert [call.action for call in calls("a", text)] == [action]


NONE = {
    "empty": "",
    "prose": "Call CreateLiveRecord with StreamName, StartTime and EndTime. StreamName: the name of the stream.",
    "link": "https://console.cloud.tencent.com/api/explorer?Product=live&Action=CreateLiveRecord",
    "other-action": "https://live.tencentcloudapi.com/?Action=DescribeRecordTask&StartTime=1&EndTime=2",
    "other-header": 'X-TC-Action: DescribeRecordTask\n\n{"StreamName": "a", "StartTime": 1, "EndTime": 2}',
    "other-command": "tccli live DescribeLiveRecordRules",
    "other-product": "tccli cvm DescribeZones --StreamName a --EndTime 5",
    "answer": '{"Response": {"TaskId": 1234, "RequestId": "x"}}',
    "list": '{"TaskList": [{"StreamName": "a", "StartTime": 1, "EndTime": 2, "TaskId": "x"}], "RequestId": "x"}',
    "other-object": '{"StreamName": "a", "StartTime": 1, "EndTime": 2, "PageNum": 1}',
    "named-in-prose": 'CreateLiveRecord\n{"StreamName": "a", "Status": "active"}',
    "schema": '{"StreamName": {"type": "string"}, "EndTime": {"type": "string"}, "FileFormat": {"type": "string"}}',
    "comment": "# tccli live StopRecordTask --TaskId x\n  // req.StreamName = 'a'\n",
    "shell": "StreamName=a\nEndTime=5\n",
    "comparison": 'if (req.StreamName == "a" && x.EndTime == 5) {}',
}


@pytest.mark.parametrize("text", NONE.values(), ids=NONE)
def test_other_texts_are_no_calls(text: str) -> None:
    """Prose, answers, other calls and comments are passed over."""
    assert calls("a", text) == []


VALUES = {
    "double": ('"a\\"b\\u76f4"', 'a"b直'),
    "single": ("'a\\'b'", "a'b"),
    "number": ("12L", 12),
    "cast": ("(long) 12", 12),
    "pointer": ('common.StringPtr("a")', "a"),
    "boxed": ("Long.valueOf(12)", 12),
    "variable": ("name", Unread("name")),
    "call": ("f(a, g(b))", Unread("f(a, g(b))")),
    "sum": ("1 + 2", Unread("1 + 2")),
    "joined": ('"a" + b', Unread('"a" + b')),
    "formatted": ('f"{a}"', Unread('f"{a}"')),
    "template": ("`${a}`", Unread("`${a}`")),
}


@pytest.mark.parametrize(("written", "value"), VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("form", ["r.StreamName = {0}\nr.TaskId = 1", "x({{StreamName: {0}, TaskId: 1}})", "r.setStreamName({0});\nr.setTaskId(1);"])  # fmt: skip
def test_values_of_programs(form: str, written: str, value: object) -> None:
    """A literal is read; an expression is kept as unread, whatever it is."""
    (call,) = calls("a", form.format(written))

    read = call.fields["StreamName"]
    assert (type(read), read) == (type(value), value)


CUT = {
    "json": f'{{"StreamName": "a", {TIMES}, "FileF',
    "json-before-json": f'{{"StreamName": "a", {TIMES}, "FileF\n{{"x": 1}}',
    "json-before-brace": f'{{"StreamName": "a", {TIMES}, "FileF\n}}',
    "array": '$params = array("StreamName" => "a", "EndTime" => "2026-12-01 21:00:00", "Fi',
    "command": "tccli live CreateLiveRecord --StreamName 'a --StartTime 5",
}


@pytest.mark.parametrize("text", CUT.values(), ids=CUT)
def test_what_is_cut_off_is_known_to_be(text: str) -> None:
    """A call whose end is missing could have said more, so it is not taken for whole."""
    assert [call.cut for call in calls("a", text)] == [True]


def test_places_and_unknown_fields() -> None:
    """A call knows its line, and the names of its unknown fields without their values; common ones are no fields."""
    text = "\n\n/?Action=CreateLiveRecord&StreamName=a\n&Region=x&SecretId=id&txSecret=y&FileFromat=mp4\n&Nonce=5"
    (call,) = calls("old.sh", f'{{"Foo": 1}}\n{text}')

    assert (call.place, call.fields, call.unknown) == ("old.sh:4", {"StreamName": "a"}, ("FileFromat",))


def test_file_of_arguments_is_named() -> None:
    """A command whose values are in a file says so; JSON in its place is read."""
    (file, inline) = calls(
        "a",
        'tccli live StopRecordTask --cli-input-json file://x.json\ntccli live StopRecordTask --cli-input-json \'{"TaskId": "x"}\'',
    )

    assert dict(file.fields) == {"cli-input-json": "file://x.json"}
    assert dict(inline.fields) == {"TaskId": "x"}


def test_option_without_its_value_is_unread() -> None:
    """An option that another one follows has no value; one that is empty in quotes has none either, but on purpose."""
    (call,) = calls(
        "a", "tccli live CreateLiveRecord --AppName -- --StreamName --EndTime '' --FileFormat mp4 --DomainName"
    )

    assert call.fields == {
        "AppName": "--AppName",
        "StreamName": "--StreamName",
        "FileFormat": "mp4",
        "DomainName": "--DomainName",
    }
    assert [type(value) for value in call.fields.values()] == [Unread, Unread, str, Unread]


@given(st.text())
def test_url_encoding_is_taken_away(text: str) -> None:
    """What the standard library encodes, in either way, reads as it was."""
    encoded = text.encode("utf-8", "replace").decode()
    assert unquoted(quote_plus(encoded)) == encoded
    assert unquoted(quote(encoded)) == encoded


@given(st.text(alphabet="{}[]()\"'\\,:=;&%#/ \nabStreamName.EndTimeAction=CreateLiveRecordtccli live-", max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """No text makes the reader stumble, and lines are lines of the text."""
    assert all(1 <= call.line <= text.count("\n") + 1 for call in calls("a", text))
