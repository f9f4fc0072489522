"""The five template actions: what is stored, what reads back, what is refused (IN:30845 and following)."""

from live_recording.emulator.account import Account
from live_recording.emulator.messages import Answer, Fields, Refusal
from live_recording.emulator.schemas import COS_PARAM, FORMATS
from live_recording.emulator.sites import Site

MAIN_VOD_APP = 1500000001
"""The VOD application that reads back where none was named; any number would do."""

RECORD_PARAM: Fields = {
    "RecordInterval": 1800,
    "StorageTime": 0,
    "Enable": 0,
    "VodSubAppId": MAIN_VOD_APP,
    "VodFileName": "",
    "Procedure": "",
    "StorageMode": "normal",
    "ClassId": None,
}
# What is null here is nullable in the vendor's model; that it is null until it is set is assumed.
TEMPLATE: Fields = {
    "TemplateId": 0,
    "TemplateName": "",
    "Description": "",
    "IsDelayLive": 0,
    "HlsSpecialParam": {"FlowContinueDuration": 0},
    "FlvSpecialParam": None,
    "RemoveWatermark": None,
}
FLV_SPECIAL_PARAM: Fields = {"UploadInRecording": False}


def create(account: Account, body: Fields) -> Answer:
    """Create a template (CreateLiveRecordTemplate). Names need not be unique (assumed: no source asks for it)."""
    template = with_defaults(account.settings.site, body)
    if refusal := _cos_path(template):
        return refusal
    if len(account.templates) >= account.settings.templates:
        return Refusal(
            "InternalError.ConfOutLimit",
            f"The account has {len(account.templates)} templates. Allowed are {account.settings.templates}.",
        )
    account.last_template_id += 1
    template_id = account.last_template_id
    account.templates[template_id] = {**template, "TemplateId": template_id}
    return {"TemplateId": template_id}


def modify(account: Account, body: Fields) -> Answer:
    """Change the fields that are sent (ModifyLiveRecordTemplate), also inside the format objects (assumed)."""
    template = account.templates.get(body["TemplateId"])
    if template is None:
        return _unknown("FailedOperation.NotFound", body)
    template = _merged(template, body)
    if refusal := _cos_path(template):
        return refusal
    account.templates[template["TemplateId"]] = template
    return {}


def describe(account: Account, body: Fields) -> Answer:
    """Return one template (DescribeLiveRecordTemplate)."""
    template = account.templates.get(body["TemplateId"])
    return _unknown("FailedOperation.NotFound", body) if template is None else {"Template": template}


def describe_all(account: Account, body: Fields) -> Answer:
    """List templates (DescribeLiveRecordTemplates); without IsDelayLive only standard ones (0) (CN:32609)."""
    wanted = body.get("IsDelayLive", 0)
    return {"Templates": [template for template in account.templates.values() if template["IsDelayLive"] == wanted]}


def delete(account: Account, body: Fields) -> Answer:
    """Delete a template. Only rules count as use (assumed: a task may name a template that does not exist)."""
    template_id = body["TemplateId"]
    if template_id not in account.templates:
        return _unknown("InternalError.ConfNotFound", body)
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
    return _merged(_blank(site), template)


def _blank(site: Site) -> Fields:
    cos = dict.fromkeys(COS_PARAM, "") if site.cos else {}
    return {
        **TEMPLATE,
        **({"CosStore": None} if site.cos else {}),
        **{name: {**RECORD_PARAM, **cos} for name in FORMATS},
    }


def _merged(template: Fields, body: Fields) -> Fields:
    return {
        **template,
        **{
            name: {**(template[name] or FLV_SPECIAL_PARAM), **value} if isinstance(value, dict) else value
            for name, value in body.items()
        },
    }


def _cos_path(template: Fields) -> Refusal | None:
    """Reject a path that COS cannot use. Files go to COS only under a path that starts with "/" (CN:45983, RecordParam.CosBucketPath)."""
    for name in FORMATS if template.get("CosStore") == 1 else ():
        path = template[name]["CosBucketPath"]
        if template[name]["Enable"] and not path.startswith("/"):
            return Refusal(
                "InvalidParameterValue",
                f'`{name}.CosBucketPath` is "{path}". With CosStore 1 it must start with "/" in an enabled format.',
            )
    return None


def _unknown(code: str, body: Fields) -> Refusal:
    return Refusal(code, f"The account has no template {body['TemplateId']}.")
