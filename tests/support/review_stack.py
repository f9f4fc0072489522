"""A stack on an emulated account, and reviews of its next version."""

from datetime import timedelta

from live_recording.config.files import read_settings as configured
from live_recording.emulator import Emulator
from live_recording.review.build import reviewed
from live_recording.review.model import Review
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.review_engine import Engine, declared, source, taken

STACK = """
templates:
  archive: {mp4: {storage_time: 30d}}
  clips: {flv: {storage_time: 7d}}
rules:
  everything: {domain: push.example.com, template: archive}
  studio: {domain: push.example.com, app: studio, template: clips}
tasks:
  final: {domain: push.example.com, app: live, stream: final, start: 2026-11-20T13:00Z, duration: 3h, template: clips}
"""


def edited(*changes: tuple[str, str]) -> str:
    """The stack with pieces of its text replaced."""
    text = STACK
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def losses(review: Review) -> list[tuple[str, str, str]]:
    """Kind, entry and what is lost."""
    return [(loss.kind, loss.path, loss.what) for loss in review.losses]


class Changing:
    """The stack, from nothing on."""

    def __init__(self, emulator: Emulator) -> None:
        self.account = Account(emulator)
        self.engine = Engine()
        self.settings = configured({"site": emulator.site}.get, self.account.environment)

    def up(self, text: str) -> "Changing":
        """Apply a stack file."""
        assert self.engine.up(self.settings, declared(source(text, self.settings))) == []
        return self

    def at(self, hours: float) -> "Changing":
        """So much later."""
        now = NOW + timedelta(hours=hours)
        self.account.emulator.set_now(now)
        environment = self.account.environment | {"LIVE_RECORDING_NOW": now.isoformat()}
        self.settings = configured({"site": self.account.emulator.site}.get, environment)
        return self

    def review(self, text: str, *, account: bool = True, plan_of: str = "", destroy: bool = False) -> Review:
        """The review of the plan of a stack file, or of a destroy."""
        wanted = source(text, self.settings)
        if destroy:
            plan = self.engine.destroy(self.settings)
        else:
            plan = self.engine.preview(self.settings, declared(source(plan_of or text, self.settings)))
        return reviewed(wanted, plan, taken(self.settings) if account else None)
