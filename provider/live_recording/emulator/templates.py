"""The five template actions: what is stored, what reads back, what is refused (IN:30845 and following)."""

from live_recording.emulator.account import Account
from live_recording.emulator.assumptions import Unset
from live_recording.emulator.messages import Answer, Fields, Refusal
from live_recording.emulator.schemas import COS_PARAM, FORMATS
from live_recording.emulator.sites import Site

MAIN_VOD_APP = 1500000001
"""The VOD application that reads back where none was named; any number would do."""

# None: never set. An account answers such a field in one of several forms.
RECORD_PARAM: Fields = {
    "RecordInterval": 1800,
    "StorageTime": 0,
    "Enable": 0,
    "VodSubAppId": MAIN_VOD_APP,
    "VodFileName": "",
    "Procedure": None,
    "StorageMode": None,
    "ClassId": None,
}
TEMPLATE: Fields = {
    "TemplateId": 0,
    "TemplateName": "",
    "Description": "",
    "IsDelayLive": 0,
    "HlsSpecialParam": {"FlowContinueDuration": None},
    "FlvSpecialParam": None,
    "RemoveWatermark": None,
}
FLV_SPECIAL_PARAM: Fields = {"UploadInRecording": False}

NULLABLE: Fields = {
    "RemoveWatermark": False,
    "CosStore": 0,
    "FlvSpecialParam": FLV_SPECIAL_PARAM,
    "FlowContinueDuration": 0,
    "Procedure": "",
    "StorageMode": "normal",
    "ClassId": 0,
    **dict.fromkeys(COS_PARAM, ""),
}
"""Fields that may be null in an answer (PY, RecordParam and RecordTemplateInfo) -> the value that means "not set"."""


def create(account: Account, body: Fields) -> Answer:
    """Create a template (CreateLiveRecordTemplate). Names need not be unique (assumed)."""
    template = with_defaults(account.settings.site, body)
    if refusal := _cos_path(template):
        return refusal
    if account.assumed.unique_template_names and body["TemplateName"] in _names(account):
        return Refusal("InvalidParameterValue", f'The account has a template "{body["TemplateName"]}".')
    if len(account.templates) >= account.settings.templates:
        return Refusal(
            "InternalError.ConfOutLimit",
            f"The account has {len(account.templates)} templates. Allowed are {account.settings.templates}.",
        )
    return {"TemplateId": hold(account, template)}


def hold(account: Account, template: Fields) -> int:
    """Add a template as it is, and return its id: consoles and older rules wrote what CreateLiveRecordTemplate refuses."""
    account.last_template_id += 1
    template_id = account.last_template_id
    account.templates[template_id] = {**with_defaults(account.settings.site, template), "TemplateId": template_id}
    return template_id


def modify(account: Account, body: Fields) -> Answer:
    """Change the fields that are sent (ModifyLiveRecordTemplate), also inside the format objects (assumed)."""
    template = account.templates.get(body["TemplateId"])
    if template is None:
        return _unknown("FailedOperation.NotFound", body)
    reset = _blank(account.settings.site) if account.assumed.modify_replaces_formats else {}
    blank = {name: reset[name] for name in body if name in reset and name in FORMATS}
    before, template = template, _merged({**template, **blank}, body)
    if refusal := _cos_path(template, before):
        return refusal
    account.templates[template["TemplateId"]] = template
    return {}


def describe(account: Account, body: Fields) -> Answer:
    """Return one template (DescribeLiveRecordTemplate)."""
    template = account.templates.get(body["TemplateId"])
    return _unknown("FailedOperation.NotFound", body) if template is None else {"Template": _shown(account, template)}


def describe_all(account: Account, body: Fields) -> Answer:
    """List templates (DescribeLiveRecordTemplates); without IsDelayLive only standard ones (assumed, CN:32609)."""
    wanted = {body["IsDelayLive"]} if "IsDelayLive" in body else account.assumed.listed_by_default
    return {
        "Templates": [
            _shown(account, template) for template in account.templates.values() if template["IsDelayLive"] in wanted
        ]
    }


def delete(account: Account, body: Fields) -> Answer:
    """Delete a template. Only rules count as use (assumed: a task may name a template that does not exist)."""
    template_id = body["TemplateId"]
    if template_id not in account.templates:
        return _unknown("InternalError.ConfNotFound", body)
    if account.assumed.tasks_use_templates and any(t["TemplateId"] == template_id for t in account.tasks.values()):
        return Refusal("FailedOperation.ConfInUsed", f"Template {template_id} is used by a task.")
    users = sorted(key for key, rule in account.rules.items() if rule["TemplateId"] == template_id)
    if users:
        return Refusal(
            "FailedOperation.ConfInUsed",
            f"Template {template_id} is used by {len(users)} rules (first: {'/'.join(users[0])}). Delete them first.",
        )
    del account.templates[template_id]
    return {}


def with_defaults(site: Site, template: Fields) -> Fields:
    """Return a template with defaults for its omitted fields."""
    return _merged(_blank(site), set_fields(template))


def set_fields(entry: Fields) -> Fields:
    """Return the entry without nulls: answers have them for what is not set, and no request may send one."""
    return {
        name: set_fields(value) if isinstance(value, dict) else value
        for name, value in entry.items()
        if value is not None
    }


def _names(account: Account) -> set[str]:
    return {template["TemplateName"] for template in account.templates.values()}


def _shown(account: Account, template: Fields) -> Fields:
    """Return a template as it is answered: fields that were never set are null, zero or absent, by its id (assumed)."""
    forms = account.assumed.unset_fields
    return with_unset_fields(template, forms[template["TemplateId"] % len(forms)])


def with_unset_fields(fields: Fields, form: Unset, zero: Fields = NULLABLE) -> Fields:
    """Return *fields* with this form of every field that was never set, also inside objects; *zero* has the zero values."""
    shown: Fields = {}
    for name, value in fields.items():
        if value is not None:
            shown[name] = with_unset_fields(value, form, zero) if isinstance(value, dict) else value
        elif form != "absent":
            shown[name] = None if form == "null" else zero[name]
    return shown


def _blank(site: Site) -> Fields:
    cos = dict.fromkeys(COS_PARAM) if site.cos else {}
    return {
        **TEMPLATE,
        **({"CosStore": None} if site.cos else {}),
        **{name: {**RECORD_PARAM, **cos} for name in FORMATS},
    }


def _merged(template: Fields, body: Fields) -> Fields:
    return {
        **template,
        **{
            name: {**(template.get(name) or {}), **value} if isinstance(value, dict) else value
            for name, value in body.items()
        },
    }


def _cos_path(template: Fields, before: Fields | None = None) -> Refusal | None:
    """Reject a path that COS cannot use. Files go to COS only under a path that starts with "/" (CN:45983, RecordParam.CosBucketPath).

    A path that the template had *before* stays (assumed): the console's own default has no slash.
    """
    for name in FORMATS if template.get("CosStore") == 1 else ():
        path = template[name].get("CosBucketPath") or ""
        is_kept = before and before[name]["Enable"] and (before[name].get("CosBucketPath") or "") == path
        if template[name]["Enable"] and not is_kept and not path.startswith("/"):
            return Refusal(
                "InvalidParameterValue",
                f'`{name}.CosBucketPath` is "{path}". With CosStore 1 it must start with "/" in an enabled format.',
            )
    return None


def _unknown(code: str, body: Fields) -> Refusal:
    return Refusal(code, f"The account has no template {body['TemplateId']}.")
