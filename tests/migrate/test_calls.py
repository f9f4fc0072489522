"""Which parts of a text are calls, and which are not."""

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.migrate.calls import MissingValue, url_decoded
from live_recording.migrate.text_forms import find_calls, source_code_line

TIMES = '"StartTime": "2026-12-01 20:00:00", "EndTime": "2026-12-01 21:00:00"'

RECOGNIZED = {
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
    "fields-before-name-nearby": (f'CreateRecordTask\n{{"StreamName": "a", "MixStream": 1, {TIMES}}}', "CreateLiveRecord"),
    "by-name-before-object": ('CreateRecordTask {"StreamName": "a"}', "CreateRecordTask"),
    "json-in-string": ('"{\\"StreamName\\": \\"a\\", \\"FileFormat\\": \\"mp4\\"}"', "CreateLiveRecord"),
    "rule": ("tccli live CreateLiveRecordRule --DomainName a.example.com --TemplateId 5", "CreateLiveRecordRule"),
    "windows": ("tccli.exe live StopRecordTask ^\r\n --TaskId x", "StopRecordTask"),
    "option-with-sign": ("tccli live StopRecordTask --TaskId=x", "StopRecordTask"),
    "action-in-the-middle": ("https://live.tencentcloudapi.com/?TaskId=x&Action=StopRecordTask&Nonce=1", "StopRecordTask"),
    "oldest": ("http://fcgi.video.qcloud.com/common_access?appid=1&interface=Live_Tape_Stop&Param.n.task_id=5", "Live_Tape_Stop"),
    "oldest-other": ("https://fcgi.video.qcloud.com/common_access?cmd=1&interface=Live_X&Param.n.a=5", "common_access"),
    "html": ("/?Action=StopRecordTask&amp;TaskId=x", "StopRecordTask"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "action"), RECOGNIZED.values(), ids=RECOGNIZED)
def test_calls_are_recognized(text: str, action: str) -> None:
    """A call is recognized by its action, or by its fields; missing fields are checked later."""
    assert [call.action for call in find_calls("a", text)] == [action]


NONE = {
    "empty": "",
    "prose": "Call CreateLiveRecord with StreamName, StartTime and EndTime. StreamName: the name of the stream.",
    "link": "https://console.cloud.tencent.com/api/explorer?Product=live&Action=CreateLiveRecord",
    "other-action": "https://live.tencentcloudapi.com/?Action=DescribeRecordTask&StartTime=1&EndTime=2",
    "other-header": 'X-TC-Action: DescribeRecordTask\n\n{"StreamName": "a", "StartTime": 1, "EndTime": 2}',
    "other-command": "tccli live DescribeLiveRecordRules",
    "other-product": "tccli cvm DescribeZones --StreamName a --EndTime 5",
    "response": '{"Response": {"TaskId": 1234, "RequestId": "x"}}',
    "list": '{"TaskList": [{"StreamName": "a", "StartTime": 1, "EndTime": 2, "TaskId": "x"}], "RequestId": "x"}',
    "other-object": '{"StreamName": "a", "StartTime": 1, "EndTime": 2, "PageNum": 1}',
    "named-in-prose": 'CreateLiveRecord\n{"StreamName": "a", "Status": "active"}',
    "schema": '{"StreamName": {"type": "string"}, "EndTime": {"type": "string"}, "FileFormat": {"type": "string"}}',
    "comment": "# tccli live StopRecordTask --TaskId x\n  // req.StreamName = 'a'\n",
    "shell": "StreamName=a\nEndTime=5\n",
    "comparison": 'if (req.StreamName == "a" && x.EndTime == 5) {}',
}


@pytest.mark.parametrize("text", NONE.values(), ids=NONE)
def test_other_texts_are_not_calls(text: str) -> None:
    """Prose, responses, other calls and comments are skipped."""
    assert find_calls("a", text) == []


SOURCE_CODE = {
    "python": '# a comment\nreq = models.CreateRecordTaskRequest()\nreq.StreamName = "a"\n',
    "oldest": '\nString api = "Live_Tape_Start";\n',
    "python-fields": '\nreq.StreamName = "a"\n',
    "python-dict": "params = {\n  'StreamName': 'a',\n}",
    "go": '\nrequest := live.NewCreateLiveRecordRequest()\nrequest.StreamName = common.StringPtr("a")\n',
    "java": '\nreq.setStreamName("a");\n',
    "node": '\nclient.CreateLiveRecord({ StreamName: "a", EndTime: 5 });\n',
    "php": '$params = array(\n  "StreamName" => "a",\n);',
    "csharp": '\nvar req = new StopRecordTaskRequest { TaskId = "x" };',
}  # fmt: skip


@pytest.mark.parametrize("text", SOURCE_CODE.values(), ids=SOURCE_CODE)
def test_source_code_is_detected_and_not_read(text: str) -> None:
    """The first line that shows source code of a program is known."""
    assert (find_calls("a", text), source_code_line(text)) == ([], 2)


@pytest.mark.parametrize("text", [*NONE.values(), *(text for text, _ in RECOGNIZED.values())])
def test_other_texts_are_not_source_code(text: str) -> None:
    """Neither the supported forms nor prose look like source code; a comparison does, but it makes no call."""
    assert source_code_line(text) is None


INCOMPLETE = {
    "json": f'{{"StreamName": "a", {TIMES}, "FileF',
    "json-before-json": f'{{"StreamName": "a", {TIMES}, "FileF\n{{"x": 1}}',
    "json-before-brace": f'{{"StreamName": "a", {TIMES}, "FileF\n}}',
    "command": "tccli live CreateLiveRecord --StreamName 'a --StartTime 5",
}


@pytest.mark.parametrize("text", INCOMPLETE.values(), ids=INCOMPLETE)
def test_incomplete_calls_are_marked(text: str) -> None:
    """A call without its end may lack fields."""
    assert [call.incomplete for call in find_calls("a", text)] == [True]


def test_locations_and_unknown_fields() -> None:
    """A call has its line, and the names of its unknown fields without their values; common parameters are ignored."""
    text = "\n\n/?Action=CreateLiveRecord&StreamName=a\n&Region=x&SecretId=id&txSecret=y&FileFromat=mp4\n&Nonce=5"
    (call,) = find_calls("old.sh", f'{{"Foo": 1}}\n{text}')

    assert (call.location, call.fields, call.unknown) == ("old.sh:4", {"StreamName": "a"}, ("FileFromat",))


def test_file_of_arguments_is_named() -> None:
    """A command may name a file with its values; inline JSON is read."""
    (file, inline) = find_calls(
        "a",
        'tccli live StopRecordTask --cli-input-json file://x.json\ntccli live StopRecordTask --cli-input-json \'{"TaskId": "x"}\'',
    )

    assert dict(file.fields) == {"cli-input-json": "file://x.json"}
    assert dict(inline.fields) == {"TaskId": "x"}


def test_option_without_value_is_marked() -> None:
    """An option that is followed by another one has no value; an empty string is left out."""
    (call,) = find_calls(
        "a", "tccli live CreateLiveRecord --AppName -- --StreamName --EndTime '' --FileFormat mp4 --DomainName"
    )

    missing = dict.fromkeys(("AppName", "StreamName", "DomainName"), MissingValue())
    assert call.fields == {**missing, "FileFormat": "mp4"}


@given(st.text())
def test_url_decoding_reverses_encoding(text: str) -> None:
    """Text that the standard library encodes, in either way, is decoded."""
    encoded = text.encode("utf-8", "replace").decode()
    assert url_decoded(quote_plus(encoded)) == encoded
    assert url_decoded(quote(encoded)) == encoded


@given(st.text(alphabet="{}[]()\"'\\,:=;&%#/ \nabStreamName.EndTimeAction=CreateLiveRecordtccli live-", max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """Any text can be read, and lines are lines of the text."""
    assert all(1 <= call.line <= text.count("\n") + 1 for call in find_calls("a", text))
