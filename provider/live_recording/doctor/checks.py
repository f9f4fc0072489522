"""Doctor: is this machine ready to plan and to apply? One line per subject: what was seen, and what to do.

Rule 1: nothing is changed, and nothing is asked of an account but two short lists.
Rule 2: no secret is printed, and of a key's id only its ends.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from live_recording.account.api_errors import AccessDenied
from live_recording.account.client import LiveApi, server_time
from live_recording.config import files
from live_recording.config.secrets import describe_unreadable_keys
from live_recording.config.settings import NAMESPACE, SET_CREDENTIALS, Settings
from live_recording.core.errors import ConfigError, ToolError
from live_recording.core.text import count_of, escaped
from live_recording.core.timefmt import format_duration
from live_recording.core.vendor import SIGNATURE_SKEW
from live_recording.doctor import machine
from live_recording.doctor.report import CheckResult, Diagnosis, Examination, as_json, diagnosis, text

__all__ = ["as_json", "examined", "text"]

PATIENCE = 25.0
"""Seconds for everything; all subjects are examined at the same time."""
CONNECT = 5.0
"""Seconds to connect to the endpoint, and to wait for its answer."""
SKEW_NOTED = timedelta(seconds=60)
"""How far clocks may be apart before that is worth a line."""
PROXIES = ("http_proxy", "https_proxy", "all_proxy")
SHOWN_DOMAINS = 3
WHOLE_ID = 16  # characters; of a shorter id, which is none of the vendor's, less is shown
WHO = {"keys": "The key {id}", "profile": "The key of the vendor's profile file", "role": "The role of this pod"}
"""How credentials are called, by where they come from."""
SECRET = 6  # characters; nothing shorter is a secret


def examined(stack: str | None) -> Diagnosis:
    """What this machine has and lacks, for one stack or for all. Raises ConfigError for a stack without any file."""
    stacks = [files.stack_name(files.require_stack(stack))] if stack else files.stack_names()
    subjects: dict[str, Examination] = {
        "Python": machine.python,
        "Pulumi": partial(machine.pulumi, stacks),
        "Stacks": partial(_stacks, stacks, whole=stack is None),
        "Environment": _environment,
    }
    for (settings, hidden), names in _accounts(stacks).items():
        of = f" ({', '.join(names)})" if stacks else ""
        subjects[f"Account{of}"] = partial(_account, of, settings, hidden)
    return diagnosis(subjects, PATIENCE)


def _accounts(stacks: Sequence[str]) -> dict[tuple[Settings | str, str], list[str]]:
    """Stacks by their settings, or by why they have none, and by what only Pulumi can read; without any, defaults."""
    found: dict[tuple[Settings | str, str], list[str]] = {}
    for name in stacks or [""]:
        try:
            settings = files.read_stack_settings(name)
            found.setdefault((settings, describe_unreadable_keys(name, settings) if name else ""), []).append(name)
        except ConfigError as error:
            found.setdefault((str(error), ""), []).append(name)
    return found


def _stacks(stacks: Sequence[str], *, whole: bool) -> Iterator[CheckResult]:
    """Which stacks there are, and that each says where it records."""
    if not stacks:
        yield CheckResult("Stacks", "wrong", files.NO_STACK)
    without = [name for name in stacks if not files.stack_config_path(name).is_file()]
    for name in without:
        why = f"There is no {files.stack_config_path(name)} yet, so defaults hold. To make the stack: pulumi stack init {name}"
        yield CheckResult(f"Stacks ({name})", "note", why)
    for name in (name for name in files.configured_stacks() if whole and name not in stacks):
        why = f"{files.stack_config_path(name)} has no stack file beside it. Write {files.STACKS}/{name}.yaml, or remove it."
        yield CheckResult(f"Stacks ({name})", "note", why)
    for name in stacks:
        if files.stack_config_reader(name)("secretKey") is not None:
            why = f"secretKey stands in clear in {files.stack_config_path(name)}, for whoever has the file. Make a new key, then: "
            set_it = f"pulumi config set --secret {NAMESPACE}:secretKey --stack {name}"
            yield CheckResult(f"Secret ({name})", "wrong", why + set_it)
    if rest := [name for name in stacks if name not in without]:
        yield CheckResult("Stacks", "ok", f"{', '.join(rest)}, each with its Pulumi config.")


def _environment() -> Iterator[CheckResult]:
    """What in the environment changes how things go."""
    environment = files.environment()
    proxies = {name: value for name, value in sorted(environment.items()) if name.lower() in PROXIES and value}
    if proxies:
        seen = ", ".join(f"{name}={machine.clean(value)}" for name, value in proxies.items())
        yield CheckResult("Proxy", "note", f"{seen}. Calls to the vendor go that way.")
    if environment.get("LIVE_RECORDING_NOW"):
        why = "Everything goes by that time; on a real account nothing can be changed. Unset it if you do not mean it."
        yield CheckResult("Time", "note", f"LIVE_RECORDING_NOW is {environment['LIVE_RECORDING_NOW']}. {why}")


def _account(of: str, settings: Settings | str, hidden: str) -> Iterator[CheckResult]:
    """Where the stacks record: that it answers, at what time, and to whom."""
    if isinstance(settings, str):
        yield CheckResult(f"Settings{of}", "wrong", settings)
        return
    before = datetime.now(UTC)
    try:
        stated = server_time(settings, CONNECT)
    except OSError as error:
        yield CheckResult(
            f"Endpoint{of}",
            "wrong",
            f"{settings.endpoint} cannot be reached: {error}. {_way_there(settings, str(error))}",
        )
        yield CheckResult(f"Credentials{of}", "note", "Not tried, because the endpoint cannot be reached.")
        return
    middle = before + (datetime.now(UTC) - before) / 2
    if settings.endpoint.loopback:
        yield CheckResult(
            f"Endpoint{of}", "note", f"{settings.endpoint} answers on this machine: the emulator, not a real account."
        )
    else:
        yield CheckResult(f"Endpoint{of}", "ok", f"{settings.endpoint} answers; site {settings.site}.")
    if stated or not settings.endpoint.loopback:
        yield _clock(of, stated, middle)
    if hidden:
        yield CheckResult(f"Credentials{of}", "note", f"Not tried. {hidden}")
    else:
        yield from _credentials(of, settings)


def _way_there(settings: Settings, reason: str) -> str:
    if "certificate" in reason:
        return "If a proxy opens what is encrypted, set REQUESTS_CA_BUNDLE to the file of its authority."
    if settings.endpoint.loopback:
        return "Start the emulator there (live-recording emulate), or name another endpoint."
    return "Look at the network, at HTTPS_PROXY if this machine needs a proxy, and at the name."


def _clock(of: str, stated: datetime | None, here: datetime) -> CheckResult:
    """How far this machine's clock is from the endpoint's, which states whole seconds."""
    if stated is None:
        return CheckResult(
            f"Clock{of}", "note", "The endpoint states no time, so nothing is known of this machine's clock."
        )
    ahead = here - (stated if stated.tzinfo else stated.replace(tzinfo=UTC))
    apart = f"{format_duration(abs(ahead).total_seconds())} {'ahead of' if ahead > timedelta(0) else 'behind'} the endpoint's"
    if abs(ahead) > SIGNATURE_SKEW:
        why = "Signatures are refused when they are 5 minutes off. Set the clock, and keep it set (NTP)."
        return CheckResult(f"Clock{of}", "wrong", f"This machine's clock is {apart}. {why}")
    if abs(ahead) > SKEW_NOTED:
        why = "From 5 minutes on signatures are refused. Set the clock, and keep it set (NTP)."
        return CheckResult(f"Clock{of}", "note", f"This machine's clock is {apart}. {why}")
    return CheckResult(f"Clock{of}", "ok", "This machine's clock agrees with the endpoint's.")


def _credentials(of: str, settings: Settings) -> Iterator[CheckResult]:
    """Whether the key works, and what it shows of whose it is."""
    subject = f"Credentials{of}"
    pair = {"TENCENTCLOUD_SECRET_ID": settings.secret_id, "TENCENTCLOUD_SECRET_KEY": settings.secret_key}
    missing = [name for name, value in pair.items() if not value]
    if settings.source == "keys" and missing:
        yield CheckResult(
            subject, "wrong", f"{' and '.join(missing)} is missing beside the other half of the pair. {SET_CREDENTIALS}"
        )
        return
    if not settings.source:
        yield CheckResult(
            subject, "wrong", f"There are none, so the account cannot be looked at or changed. {SET_CREDENTIALS}"
        )
        return
    who = WHO[settings.source].format(id=_masked(settings.secret_id))
    try:
        api = LiveApi(settings)
        rules = api.read("DescribeLiveRecordRules", {}).get("Rules") or []
    except ToolError as failure:
        tried = "is not accepted" if isinstance(failure, AccessDenied) else "cannot be tried"
        yield CheckResult(subject, "wrong", f"{who} {tried}. {_without(str(failure), settings)}")
        return
    domains = sorted({rule["DomainName"] for rule in rules})
    shown = escaped(", ".join(domains[:SHOWN_DOMAINS])) + (" and others" if len(domains) > SHOWN_DOMAINS else "")
    holds = f"{count_of(len(rules), 'recording rule')}, for {shown}" if rules else "no recording rule"
    yield CheckResult(
        subject, "ok", f"{who} is accepted. The live API does not tell whose account it is; it has {holds}."
    )
    yield from _region(of, api, settings)


def _region(of: str, api: LiveApi, settings: Settings) -> Iterator[CheckResult]:
    """Whether tasks can be listed in the region."""
    now = int(settings.now().timestamp())
    try:
        api.read("DescribeRecordTask", {"StartTime": now - 3600, "EndTime": now})
    except ToolError as failure:
        yield CheckResult(
            f"Region{of}", "wrong", f"Tasks cannot be listed in {settings.region}. {_without(str(failure), settings)}"
        )
    else:
        yield CheckResult(f"Region{of}", "ok", f"{settings.region} lists tasks.")


def _masked(secret_id: str) -> str:
    """The ends of a key's id, which tell keys apart."""
    return f"{secret_id[:4]}...{secret_id[-4:]}" if len(secret_id) >= WHOLE_ID else f"{secret_id[:2]}..."


def _without(sentence: str, settings: Settings) -> str:
    """The sentence without the key, should the vendor repeat it."""
    for secret in (settings.secret_key, settings.token, settings.secret_id):
        if len(secret) >= SECRET:
            sentence = sentence.replace(secret, _masked(secret) if secret == settings.secret_id else "***")
    return sentence
