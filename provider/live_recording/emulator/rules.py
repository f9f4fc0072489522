"""The three rule actions. A rule has no id and cannot be modified: its key is its identity (IN:30846, 30843, 30841)."""

from live_recording.emulator.account import Account, RuleKey
from live_recording.emulator.messages import Answer, Fields, Refusal


def create(account: Account, body: Fields) -> Answer:
    """Create a rule (CreateLiveRecordRule)."""
    key = _key(account, body)
    if account.assumed.rules_need_known_domains and not account.has_domain(body["DomainName"]):
        return Refusal("InvalidParameter", f"The account has no domain {body['DomainName']}.")
    if body["TemplateId"] not in account.templates:
        return Refusal("InvalidParameter.ConfNotFound", f"The account has no template {body['TemplateId']}.")
    if key in account.rules:
        return Refusal(
            "FailedOperation.RuleAlreadyExist",
            f"The rule {'/'.join(key)} exists, with template {account.rules[key]['TemplateId']}. Delete it first.",
        )
    if len(account.rules) >= account.settings.rules:
        return Refusal(
            account.assumed.rule_limit_code,
            f"The account has {len(account.rules)} rules. Allowed are {account.settings.rules}.",
        )
    now = account.clock.china()
    domain, app, stream = key
    account.rules[key] = {
        "CreateTime": now,
        "UpdateTime": now,
        "TemplateId": body["TemplateId"],
        "DomainName": domain,
        "AppName": app,
        "StreamName": stream,
    }
    return {}


def delete(account: Account, body: Fields) -> Answer:
    """Delete (DeleteLiveRecordRule) the one rule whose three parts are equal, never a wider or narrower one."""
    key = _key(account, body)
    if account.rules.pop(key, None) is None:
        return Refusal(
            "FailedOperation.NotFound",
            f"The account has no rule {'/'.join(key)}. All three parts must match exactly, empty ones too.",
        )
    return {}


def describe(account: Account, _body: Fields) -> Answer:
    """Return all rules (DescribeLiveRecordRules), without pages or filters."""
    return {"Rules": list(account.rules.values())}


def _key(account: Account, body: Fields) -> RuleKey:
    return body["DomainName"], body.get("AppName", account.assumed.omitted_app), body.get("StreamName", "")
