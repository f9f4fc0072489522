"""Many tasks at once: the emulator accepts them all, and our client keeps the vendor's rate."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from live_recording.account.client import ApiClient
from live_recording.config.files import read_settings
from live_recording.emulator import Emulator
from tests.support.clock import AT, DAY, NOW
from tests.support.emulated_account import Account
from tests.support.sdk_client import TASK, call, sdk

THREADS = 4
CREATE, REGION = "CreateRecordTask", "ap-singapore"
Made = tuple[str, str]  # the stream of a task, and its id


def bodies(number: int) -> list[dict[str, Any]]:
    """So many tasks, each of a stream of its own."""
    return [TASK | {"StreamName": f"s{one:04}"} for one in range(number)]


def listed(emulator: Emulator) -> list[Made]:
    """All tasks as the pages of DescribeRecordTask show them, sorted; duplicates are kept."""
    client, token, found = sdk(emulator, REGION), "", []
    while True:
        page = call(client, "DescribeRecordTask", StartTime=AT, EndTime=AT + DAY, ScrollToken=token)
        found += [(task["StreamName"], task["TaskId"]) for task in page["TaskList"]]
        token = page["ScrollToken"]
        if not token:
            return sorted(found)


def test_thousand_tasks_as_fast_as_they_come() -> None:
    """Four threads of the official SDK create 1,000 tasks without a pause: no call fails, each task is listed once."""
    wanted = bodies(1000)

    def create(share: list[dict[str, Any]]) -> list[Made]:
        client = sdk(emulator, REGION)
        return [(body["StreamName"], call(client, CREATE, **body)["TaskId"]) for body in share]

    with Emulator(now=NOW) as emulator, ThreadPoolExecutor(THREADS) as threads:
        shares = threads.map(create, [wanted[begin::THREADS] for begin in range(THREADS)])
        made = sorted(one for share in shares for one in share)

        assert [stream for stream, _ in made] == [body["StreamName"] for body in wanted]
        assert listed(emulator) == made
        assert [entry["code"] for entry in emulator.log if entry["action"] == CREATE] == [None] * len(wanted)


def test_hundred_tasks_through_twenty_a_second() -> None:
    """Four threads share our client on an account that takes 20 a second: no call fails, each task is listed once."""
    wanted = bodies(100)
    with Emulator(now=NOW, rates=True) as emulator, ThreadPoolExecutor(THREADS) as threads:
        api = ApiClient(read_settings({"site": "intl"}.get, Account.environment_of(emulator)))
        answers = threads.map(lambda body: api.change(CREATE, body), wanted)
        made = [(body["StreamName"], answer["TaskId"]) for body, answer in zip(wanted, answers, strict=True)]

        assert listed(emulator) == made
        codes = [entry["code"] for entry in emulator.log if entry["action"] == CREATE]
        assert codes.count(None) == len(wanted)
        assert set(codes) <= {None, "RequestLimitExceeded"}
