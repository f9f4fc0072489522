"""Check whether this machine is ready to plan and to deploy.

Changes nothing, and sends only the reads of a plan to each account. Prints no secret; of a key's id only both ends.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from live_recording.account.actions import reads
from live_recording.account.api_errors import AccessDenied
from live_recording.account.client import ApiClient, caller_identity, server_time
from live_recording.account.guard import HOW_TO_ALLOW, AccountGuard
from live_recording.config import files
from live_recording.config.settings import NAMESPACE, SET_CREDENTIALS, Credentials, Settings
from live_recording.config.sources import read_stack_settings
from live_recording.core.errors import ToolError
from live_recording.core.text import count_of, escaped
from live_recording.core.timefmt import format_duration
from live_recording.core.vendor import SIGNATURE_SKEW
from live_recording.doctor import machine
from live_recording.doctor.report import Check, CheckResult, Diagnosis, State, run_checks

TOTAL_SECONDS = 25.0
"""Time limit for all checks, which run at the same time."""
CONNECT_SECONDS = 5.0
"""Time limit to connect to the endpoint, and to wait for its answer."""
NOTED_SKEW = timedelta(seconds=60)
"""Clock differences up to this are not reported."""
PROXIES = ("http_proxy", "https_proxy", "all_proxy")
SHOWN_DOMAINS = 3
FULL_ID = 16  # characters; of a shorter id, which is none of the vendor's, less is shown
KEY_NAMES = {
    "environment": "The key {id} of the environment",
    "config": "The key {id} of the Pulumi config",
    "profile": "The key {id} of profile {profile}",
    "oidc": "The role of this pod",
    "instance": "The instance role {instance_role}",
}
"""What sentences call credentials, by their source."""
HOW_TO_GRANT = "Grant what this prints: live-recording policy reader."
OPTIONAL = {
    "DescribeLiveDomains": f"Domains are not checked without it. {HOW_TO_GRANT}",
    "DescribeLivePullStreamTasks": f"Audits do not list relay tasks without it. {HOW_TO_GRANT}",
}
"""Reads that a run can do without -> what it then does."""
CLOCK_SYNC = "Set the clock and keep it synchronized (NTP)."


def diagnose(stack: str | None) -> Diagnosis:
    """Check this machine for one stack or for all. Raises ConfigError if the stack has no file."""
    stacks = [files.stack_name(files.require_stack(stack))] if stack else files.stack_names()
    checks: dict[str, Check] = {
        "Python": machine.check_python,
        "Pulumi": partial(machine.check_pulumi, stacks),
        "Stacks": partial(_check_stacks, stacks, all_stacks=stack is None),
        "Environment": _check_environment,
    }
    for settings, names in _group_by_account(stacks).items():
        of = f" ({', '.join(names)})" if stacks else ""
        checks[f"Account{of}"] = partial(_check_account, of, settings)
    return run_checks(checks, TOTAL_SECONDS)


def _group_by_account(stacks: Sequence[str]) -> dict[Settings | str, list[str]]:
    """Return the stacks by their settings, or by why those are invalid. Without stacks: the default settings."""
    groups: dict[Settings | str, list[str]] = {}
    for name in stacks or [""]:
        settings: Settings | str
        try:
            settings = read_stack_settings(name)
        except ToolError as error:
            settings = str(error)
        groups.setdefault(settings, []).append(name)
    return groups


def _check_stacks(stacks: Sequence[str], *, all_stacks: bool) -> Iterator[CheckResult]:
    """Check that each stack has a stack file and a Pulumi config file."""
    if not stacks:
        yield CheckResult("Stacks", "wrong", files.NO_STACK)
    unconfigured = [name for name in stacks if not files.stack_config_path(name).is_file()]
    for name in unconfigured:
        sentence = f"{files.stack_config_path(name)} does not exist, so defaults apply. Create the stack: pulumi stack init {name}"
        yield CheckResult(f"Stacks ({name})", "note", sentence)
    if all_stacks:
        yield from _check_orphaned_configs(stacks)
    if configured := [name for name in stacks if name not in unconfigured]:
        yield CheckResult("Stacks", "ok", f"{', '.join(configured)}, each with its Pulumi config.")


def _check_orphaned_configs(stacks: Sequence[str]) -> Iterator[CheckResult]:
    for name in files.configured_stacks():
        if name not in stacks:
            sentence = (
                f"{files.stack_config_path(name)} has no stack file. Create {files.STACKS}/{name}.yaml, or delete it."
            )
            yield CheckResult(f"Stacks ({name})", "note", sentence)


def _check_environment() -> Iterator[CheckResult]:
    """Report environment variables that change how commands behave."""
    environment = files.environment()
    proxies = {name: value for name, value in sorted(environment.items()) if name.lower() in PROXIES and value}
    if proxies:
        values = ", ".join(f"{name}={machine.hide_users(value)}" for name, value in proxies.items())
        yield CheckResult("Proxy", "note", f"{values}. Calls to the API use this proxy.")
    if time := environment.get("LIVE_RECORDING_NOW"):
        effect = (
            "This is the time for every command; a real account cannot be changed. Unset it if that is not intended."
        )
        yield CheckResult("Time", "note", f"LIVE_RECORDING_NOW is {time}. {effect}")


def _check_account(of: str, settings: Settings | str) -> Iterator[CheckResult]:
    """Check endpoint, clock and credentials of one account; *of* names its stacks."""
    if isinstance(settings, str):
        for problem in settings.splitlines():
            yield CheckResult(f"Settings{of}", "wrong", problem)
        return
    before = datetime.now(UTC)
    try:
        stated = server_time(settings, CONNECT_SECONDS)
    except OSError as error:
        sentence = f"{settings.endpoint} cannot be reached: {error}. {_connection_advice(settings, str(error))}"
        yield CheckResult(f"Endpoint{of}", "wrong", sentence)
        yield CheckResult(f"Credentials{of}", "note", "Not checked: the endpoint cannot be reached.")
        return
    middle = before + (datetime.now(UTC) - before) / 2
    yield _endpoint_result(of, settings)
    if stated or not settings.endpoint.loopback:
        yield _check_clock(of, stated, middle)
    if settings.source and settings.credentials.problem:  # encrypted: Pulumi can use them
        yield CheckResult(f"Credentials{of}", "note", f"Not checked. {settings.credentials.problem}")
    else:
        yield from _check_credentials(of, settings)


def _endpoint_result(of: str, settings: Settings) -> CheckResult:
    if settings.endpoint.loopback:
        sentence = f"{settings.endpoint} is on this machine: the emulator, not a real account."
        return CheckResult(f"Endpoint{of}", "note", sentence)
    return CheckResult(f"Endpoint{of}", "ok", f"{settings.endpoint} answers; site {settings.site}.")


def _connection_advice(settings: Settings, reason: str) -> str:
    if "certificate" in reason:
        return "If a proxy decrypts the traffic, set REQUESTS_CA_BUNDLE to its CA file."
    if settings.endpoint.loopback:
        return "Start the emulator there (live-recording emulate), or change the endpoint."
    return "Check the network, HTTPS_PROXY if this machine needs a proxy, and the host name."


def _check_clock(of: str, stated: datetime | None, here: datetime) -> CheckResult:
    """Compare this machine's clock with the endpoint's, which states whole seconds."""
    subject = f"Clock{of}"
    if stated is None:
        return CheckResult(subject, "note", "The endpoint states no time, so this machine's clock was not checked.")
    ahead = here - (stated if stated.tzinfo else stated.replace(tzinfo=UTC))
    direction = "ahead of" if ahead > timedelta(0) else "behind"
    difference = f"This machine's clock is {format_duration(abs(ahead).total_seconds())} {direction} the endpoint's."
    if abs(ahead) > SIGNATURE_SKEW:
        return CheckResult(subject, "wrong", f"{difference} The API rejects calls from 5 minutes on. {CLOCK_SYNC}")
    if abs(ahead) > NOTED_SKEW:
        return CheckResult(subject, "note", f"{difference} From 5 minutes on the API rejects calls. {CLOCK_SYNC}")
    return CheckResult(subject, "ok", "This machine's clock agrees with the endpoint's.")


def _check_credentials(of: str, settings: Settings) -> Iterator[CheckResult]:
    """Check that the credentials work, and report what their account holds."""
    subject = f"Credentials{of}"
    if problem := _missing_credentials(settings):
        yield CheckResult(subject, "wrong", problem)
        return
    key = _name_of(settings.credentials)
    try:
        api = ApiClient(settings)
        rules = api.read("DescribeLiveRecordRules", {}).get("Rules") or []
    except ToolError as error:
        problem = "was rejected" if isinstance(error, AccessDenied) else "could not be checked"
        yield CheckResult(subject, "wrong", f"{key} {problem}. {error}")
        return
    domains = sorted({rule["DomainName"] for rule in rules})
    shown = escaped(", ".join(domains[:SHOWN_DOMAINS])) + (" and others" if len(domains) > SHOWN_DOMAINS else "")
    holds = f"{count_of(len(rules), 'recording rule')}, for {shown}" if rules else "no recording rules"
    yield CheckResult(subject, "ok", f"{key} works. The account has {holds}.")
    yield from _check_identity(of, settings)
    yield _check_region(of, api, settings)
    yield from _check_permissions(of, api, settings)


def _check_identity(of: str, settings: Settings) -> Iterator[CheckResult]:
    """Check that the credentials belong to the configured account, and name it."""
    subject = f"Identity{of}"
    try:
        account = AccountGuard(settings, partial(caller_identity, settings), warns=False).account()
    except ToolError as error:
        yield CheckResult(subject, "wrong", str(error))
        return
    if not account:
        yield CheckResult(
            subject, "note", f"The account is unknown, so it is not compared with the state. {HOW_TO_ALLOW}"
        )
    elif settings.account:
        yield CheckResult(subject, "ok", f"Account {account} on site {settings.site}, as configured.")
    else:
        command = f"pulumi config set {NAMESPACE}:account {account}"
        sentence = f"Account {account} on site {settings.site}. To allow only this account: {command}"
        yield CheckResult(subject, "ok", sentence)


def _check_permissions(of: str, api: ApiClient, settings: Settings) -> Iterator[CheckResult]:
    """Try the other reads of a run, and name each action that is refused."""
    tried = {"GetCallerIdentity", "DescribeLiveRecordRules", "DescribeRecordTask"}
    subject, refused = f"Permissions{of}", []
    for action, body in reads(int(settings.now().timestamp())):
        if action not in tried:
            try:
                api.read(action, body)
            except AccessDenied:
                refused.append(action)
                state: State = "note" if action in OPTIONAL else "wrong"
                effect = OPTIONAL.get(action, f"No plan and no deployment is possible without it. {HOW_TO_GRANT}")
                yield CheckResult(subject, state, f"live:{action} is refused. {effect}")
    if not refused:
        yield CheckResult(subject, "ok", "Every read of a plan is allowed. To deploy: live-recording policy deployer")


def _name_of(credentials: Credentials) -> str:
    """Return where the credentials come from, without a secret."""
    name = KEY_NAMES[credentials.source].format(
        id=_mask(credentials.keys.secret_id), profile=credentials.profile, instance_role=credentials.instance_role
    )
    return f"{name}, in role {credentials.role.arn}," if credentials.role else name


def _missing_credentials(settings: Settings) -> str:
    """Return what is missing of the credentials, or ""."""
    if not settings.source:
        return f"No credentials found; the account cannot be read or changed. {settings.credentials_advice}"
    keys = settings.credentials.keys
    pair = {"TENCENTCLOUD_SECRET_ID": keys.secret_id, "TENCENTCLOUD_SECRET_KEY": keys.secret_key}
    missing = [name for name, value in pair.items() if not value]
    if settings.source in ("environment", "config") and missing:
        return f"{' and '.join(missing)} is not set, but the other half of the key pair is. {SET_CREDENTIALS}"
    return ""


def _check_region(of: str, api: ApiClient, settings: Settings) -> CheckResult:
    """Check that tasks can be listed in the region."""
    now = int(settings.now().timestamp())
    try:
        api.read("DescribeRecordTask", {"StartTime": now - 3600, "EndTime": now})
    except ToolError as error:
        sentence = f"Tasks in {settings.region} cannot be listed. {error}"
        return CheckResult(f"Region{of}", "wrong", sentence)
    return CheckResult(f"Region{of}", "ok", f"Tasks in {settings.region} can be listed.")


def _mask(secret_id: str) -> str:
    """Return both ends of a key's id, enough to tell keys apart."""
    return f"{secret_id[:4]}...{secret_id[-4:]}" if len(secret_id) >= FULL_ID else f"{secret_id[:2]}..."
