"""The five actions of callback templates: which URLs are notified of which events (CN:32637, IN:30815 and following).

`CallbackKey` is answered in plain text. `RecordStatusNotifyUrl` is accepted on cn, and no answer has it (PY, CallBackTemplateInfo).
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from live_recording.emulator.account import Account
from live_recording.emulator.messages import Answer, Fields, Refusal
from live_recording.emulator.schemas import CALLBACK_URLS, CN_CALLBACK_URLS
from live_recording.emulator.sites import Site
from live_recording.emulator.templates import with_unset_fields

STATUS_URL = "RecordStatusNotifyUrl"
UNREADABLE = frozenset({STATUS_URL})
"""What no answer contains."""
URLS = (*CALLBACK_URLS, *CN_CALLBACK_URLS)
NULLABLE: Fields = {**dict.fromkeys(URLS, ""), "RecordExceptionLevels": [], "CallbackKey": "", "Description": ""}
"""Fields that were never set are null, absent or have this value, by the id of the template (assumed)."""


def create(account: Account, body: Fields) -> Answer:
    """Create a callback template (CreateLiveCallbackTemplate). Names need not be unique (Terraform acceptance tests)."""
    if refusal := _unsafe_url(account, body) or _without_url(account, body) or _same_name(account, body):
        return refusal
    if len(account.callback_templates) >= account.settings.callback_templates:
        return Refusal(
            "InternalError.ConfOutLimit",
            f"The account has {len(account.callback_templates)} callback templates. "
            f"Allowed are {account.settings.callback_templates}.",
        )
    return {"TemplateId": hold(account, body)}


def hold(account: Account, template: Fields) -> int:
    """Add a callback template as it is, and return its id."""
    account.last_callback_template_id += 1
    template_id = account.last_callback_template_id
    account.callback_templates[template_id] = {
        **with_defaults(account.settings.site, template),
        "TemplateId": template_id,
    }
    return template_id


def modify(account: Account, body: Fields) -> Answer:
    """Change the fields that are sent (ModifyLiveCallbackTemplate); an empty URL clears (assumed)."""
    template = account.callback_templates.get(body["TemplateId"])
    if template is None:
        return _unknown("FailedOperation.NotFound", body)
    if refusal := _unsafe_url(account, body):
        return refusal
    cleared = {} if account.assumed.callback_modify_keeps_status_url else {STATUS_URL: None}
    sent = body if account.assumed.empty_callback_url_clears else {n: value for n, value in body.items() if value != ""}
    account.callback_templates[template["TemplateId"]] = {**template, **cleared, **sent}
    return {}


def describe(account: Account, body: Fields) -> Answer:
    """Return one callback template (DescribeLiveCallbackTemplate)."""
    template = account.callback_templates.get(body["TemplateId"])
    return _unknown("FailedOperation.NotFound", body) if template is None else {"Template": _shown(account, template)}


def describe_all(account: Account, _body: Fields) -> Answer:
    """Return all callback templates (DescribeLiveCallbackTemplates), without pages or filters."""
    return {"Templates": [_shown(account, template) for template in account.callback_templates.values()]}


def delete(account: Account, body: Fields) -> Answer:
    """Delete a callback template that no callback rule uses (DeleteLiveCallbackTemplate)."""
    template_id = body["TemplateId"]
    if template_id not in account.callback_templates:
        return _unknown("InternalError.ConfNotFound", body)
    users = sorted(key for key, rule in account.callback_rules.items() if rule["TemplateId"] == template_id)
    if users:
        return Refusal(
            "FailedOperation.ConfInUsed",
            f"Callback template {template_id} is used by {len(users)} rules (first: {'/'.join(users[0])}). "
            "Delete them first.",
        )
    del account.callback_templates[template_id]
    return {}


def with_defaults(site: Site, template: Fields) -> Fields:
    """Return a callback template with all fields of the site; those that were never set are None."""
    blank = {
        name: None
        for name in NULLABLE
        if site.callback_extras or name not in (*CN_CALLBACK_URLS, "RecordExceptionLevels")
    }
    return {"TemplateId": 0, "TemplateName": "", **blank, **template}


def restore(account: Account, state: Fields) -> None:
    """Add the callback templates of a state; older ones have none."""
    for template in state.get("callback_templates", []):
        account.callback_templates[template["TemplateId"]] = with_defaults(account.settings.site, template)
    last = state.get("last_callback_template_id", account.last_callback_template_id)
    account.last_callback_template_id = max((last, *account.callback_templates))


def _shown(account: Account, template: Fields) -> Fields:
    forms = account.assumed.unset_fields
    readable = {name: value for name, value in template.items() if name not in UNREADABLE}
    return with_unset_fields(readable, forms[template["TemplateId"] % len(forms)], NULLABLE)


def _unsafe_url(account: Account, body: Fields) -> Refusal | None:
    """Reject a URL of an internal address where the account does (which ones a real account rejects is not documented)."""
    for name in URLS:
        if not account.assumed.internal_callback_urls and _is_internal(body.get(name) or ""):
            return Refusal("InvalidParameter.UrlNotSafe", f"The URL of `{name}` has an internal address.")
    return None


def _without_url(account: Account, body: Fields) -> Refusal | None:
    if any(body.get(name) for name in URLS):
        return None
    return Refusal(
        account.assumed.no_callback_url_code, f"A callback template needs at least one of {', '.join(URLS)}."
    )


def _same_name(account: Account, body: Fields) -> Refusal | None:
    name = body["TemplateName"]
    if name not in [template["TemplateName"] for template in account.callback_templates.values()]:
        return None
    is_rejected = account.assumed.unique_callback_names
    return Refusal("InvalidParameterValue", f'The account has a callback template "{name}".') if is_rejected else None


def _is_internal(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost"


def _unknown(code: str, body: Fields) -> Refusal:
    return Refusal(code, f"The account has no callback template {body['TemplateId']}.")
