"""A stack on an emulated account, and reviews of its next version."""

from datetime import timedelta

from live_recording.account.inventory import open_account
from live_recording.account.snapshot import Snapshot
from live_recording.config.files import read_settings as configured
from live_recording.config.settings import Settings
from live_recording.desired.declarations import DesiredResource, desired_resources
from live_recording.emulator import Emulator
from live_recording.project import StackFile, check_text
from live_recording.review.build import build_review
from live_recording.review.model import Review
from live_recording.review.preview import parse_preview
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.engine_double import Engine
from tests.support.provider_in_process import OWNER, ProviderInProcess

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
    """Return the stack with pieces of its text replaced."""
    text = STACK
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def stack_file(text: str, settings: Settings) -> StackFile:
    """Return the stack file as the command line reads it."""
    checked = check_text(text, "stacks/dev.yaml", settings.limits, settings.now(), OWNER)
    return StackFile("dev", "stacks/dev.yaml", OWNER, settings, checked, "dev")


def resources_of(file: StackFile) -> tuple[DesiredResource, ...]:
    """Return what the program declares of a stack file without errors."""
    assert file.checked.stack
    return desired_resources(file.checked.stack, OWNER, file.settings.limits, file.settings.now()).resources


def snapshot_of(settings: Settings) -> Snapshot:
    """Return what the account holds now."""
    live = open_account(settings)
    return Snapshot(
        settings.site,
        settings.now(),
        live.templates(),
        live.rules(),
        live.tasks(),
        live.guard.account(),
        live.domains(),
    )


def losses(review: Review) -> list[tuple[str, str, str]]:
    """Kind, entry and what is lost."""
    return [(loss.kind, loss.path_text, loss.what) for loss in review.losses]


class Changing:
    """The stack, from nothing on."""

    def __init__(self, emulator: Emulator) -> None:
        self.account = Account(emulator)
        self.engine = Engine(seed=0)
        self.settings = configured({"site": emulator.site}.get, self.account.environment)

    def up(self, text: str) -> "Changing":
        """Apply a stack file."""
        self.engine.up(ProviderInProcess(self.settings), resources_of(stack_file(text, self.settings)))
        return self

    def at(self, hours: float) -> "Changing":
        """So much later."""
        now = NOW + timedelta(hours=hours)
        self.account.emulator.set_now(now)
        environment = self.account.environment | {"LIVE_RECORDING_NOW": now.isoformat()}
        self.settings = configured({"site": self.account.emulator.site}.get, environment)
        return self

    def review(
        self, text: str, *, account: bool = True, plan_of: str = "", destroy: bool = False, base: str = ""
    ) -> Review:
        """Return the review of the plan of a stack file, or of a destroy; *base* is the file before the change."""
        wanted = stack_file(text, self.settings)
        declared = () if destroy else resources_of(stack_file(plan_of or text, self.settings))
        plan = self.engine.preview(ProviderInProcess(self.settings), declared, destroy=destroy)
        snapshot = snapshot_of(self.settings) if account else None
        before = stack_file(base, self.settings).checked.stack if base else None
        return build_review(wanted, parse_preview(plan, OWNER), snapshot, self.settings.now(), base=before)
