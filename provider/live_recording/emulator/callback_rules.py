"""The three actions of callback rules: which callback template a domain and app have (CN:32638, IN:30816 and following).

A callback rule has no id and cannot be modified: domain and app are its identity. An empty AppName is the whole domain (derived
from what the console creates).
"""

from live_recording.emulator.account import Account, CallbackRuleKey
from live_recording.emulator.clock import parse_china_time
from live_recording.emulator.messages import Answer, Fields, Refusal

DELAY = 600
"""Seconds until a callback rule applies (5 to 10 minutes, IN:31065)."""


def create(account: Account, body: Fields) -> Answer:
    """Create a callback rule (CreateLiveCallbackRule); on an existing key it replaces the template (assumed)."""
    key = _key(body)
    if account.assumed.rules_need_known_domains and not account.has_domain(body["DomainName"]):
        return Refusal("InvalidParameter", f"The account has no domain {body['DomainName']}.")
    if body["TemplateId"] not in account.callback_templates:
        return Refusal("InvalidParameter.ConfNotFound", f"The account has no callback template {body['TemplateId']}.")
    if refusal := _occupied(account, key):
        return refusal
    domain, app = key
    now = account.clock.china()
    created = account.callback_rules.get(key, {}).get("CreateTime", now)
    account.callback_rules[key] = {
        "CreateTime": created,
        "UpdateTime": now,
        "TemplateId": body["TemplateId"],
        "DomainName": domain,
        "AppName": app,
    }
    return {}


def delete(account: Account, body: Fields) -> Answer:
    """Delete (DeleteLiveCallbackRule) the one callback rule whose domain and app are equal."""
    key = _key(body)
    if account.callback_rules.pop(key, None) is None:
        return Refusal("FailedOperation.NotFound", f"The account has no callback rule {'/'.join(key)}.")
    return {}


def describe(account: Account, _body: Fields) -> Answer:
    """Return all callback rules (DescribeLiveCallbackRules), without pages or filters."""
    return {"Rules": list(account.callback_rules.values())}


def in_effect(account: Account, domain: str, app: str, at: int) -> Fields | None:
    """Return the callback rule that applies to an event at this Unix second: that of the app before that of the domain (assumed)."""
    keys = ((domain, app), (domain, ""))
    rules = (
        account.callback_rules.get(key) for key in (keys if account.assumed.app_callback_rule_wins else keys[::-1])
    )
    return next((rule for rule in rules if rule and (parse_china_time(rule["UpdateTime"]) or 0) + DELAY <= at), None)


def restored(state: Fields) -> dict[CallbackRuleKey, Fields]:
    """Return the callback rules of a state, by their identity; older states have none."""
    return {_key(rule): rule for rule in state.get("callback_rules", [])}


def _occupied(account: Account, key: CallbackRuleKey) -> Refusal | None:
    if key in account.callback_rules:
        code = account.assumed.existing_callback_rule_code
        return Refusal(code, f"The callback rule {'/'.join(key)} exists.") if code else None
    limit = account.settings.callback_rules
    if limit is not None and len(account.callback_rules) >= limit:
        return Refusal(
            account.assumed.callback_rule_limit_code,
            f"The account has {len(account.callback_rules)} callback rules. Allowed are {limit}.",
        )
    return None


def _key(body: Fields) -> CallbackRuleKey:
    return body["DomainName"], body["AppName"]
