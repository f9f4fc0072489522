"""What the vendor's documents leave open, and how this emulator settles it: one switch per question.

`conformance/probes.py` has the list for readers. Open questions whose answer is a number of a table are settled there: `sites.py` (limits that differ between sites), `schemas.py` (rates) and `sts.py`.
"""

from dataclasses import dataclass
from typing import Literal

ParameterCheck = Literal["unknown", "missing", "type", "value"]
Unset = Literal["null", "zero", "absent"]


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """The settled questions. The default of each switch is what is assumed; tests set others."""

    # Requests
    action_first: bool = True
    """Whether an unknown action is reported before a wrong signature."""
    region_first: bool = True
    """Whether a wrong region is reported before wrong parameters."""
    parameter_checks: tuple[ParameterCheck, ...] = ("unknown", "missing", "type", "value")
    """The order of the checks of parameters."""
    quoted_numbers: bool = True
    """Whether "1" is accepted for 1 and "true" for true, as in the vendor's own samples (CN:32614)."""
    token_code: str = "AuthFailure.TokenFailure"  # noqa: S105 - no secret
    """The code of a session token that is wrong or expired."""

    # Templates
    unique_template_names: bool = False
    """Whether two templates of one name are rejected."""
    modify_replaces_formats: bool = False
    """Whether ModifyLiveRecordTemplate resets the fields of a format that are not sent."""
    listed_by_default: frozenset[int] = frozenset({0})
    """The values of IsDelayLive that a list without this parameter contains."""
    storage_modes: tuple[str, ...] = ("normal", "cold", "Normal", "Cold")
    """The accepted storage modes; read back as sent (acceptance test of the Terraform provider, 2023-11-01)."""
    unset_fields: tuple[Unset, ...] = ("zero", "absent", "null")
    """The forms of nullable fields that were never set; an object's id decides which of them it has."""
    tasks_use_templates: bool = False
    """Whether a template that a task names cannot be deleted."""

    # Rules
    omitted_app: str = ""
    """What a rule's AppName becomes when it is not sent; some texts say "live"."""
    rule_limit_code: str = "InternalError.RuleOutLimit"
    """The code of the 51st rule. On the list of CreateLiveRecordRule from 2019 to 2021, and on no list since then."""
    rules_need_known_domains: bool = False
    """Whether a rule for a domain that the account does not have is rejected."""

    # Callbacks
    unique_callback_names: bool = False
    """Whether two callback templates of one name are rejected."""
    no_callback_url_code: str = "InvalidParameter"
    """The code of a callback template without any URL."""
    internal_callback_urls: bool = True
    """Whether URLs with an internal address are accepted; the list of codes has InvalidParameter.UrlNotSafe."""
    empty_callback_url_clears: bool = True
    """Whether an empty text in ModifyLiveCallbackTemplate clears the field; otherwise it changes nothing."""
    callback_modify_keeps_status_url: bool = True
    """Whether a ModifyLiveCallbackTemplate without RecordStatusNotifyUrl keeps it."""
    existing_callback_rule_code: str = ""
    """The code of a second callback rule for a domain and app; "": it replaces the template. No list has a code for it."""
    callback_rule_limit_code: str = "InternalError.ConfOutLimit"
    """The code of a callback rule above the limit of the account, where one is set."""
    app_callback_rule_wins: bool = True
    """Whether the callback rule of an app applies rather than that of its whole domain."""

    # Tasks
    tasks_need_known_domains: bool = False
    """Whether a task for a domain that the account does not have is rejected."""
    unknown_template_becomes: int | None = None
    """The TemplateId that a task with an unknown template reads back with; None: the one that was sent."""
    overlapping_tasks: int | None = None
    """The number of tasks of one stream that may overlap; None: any. Only three of them record."""
    planned_tasks_stop: bool = True
    """Whether StopRecordTask has an effect on a task that has not started."""
    unknown_task_code: str = "InvalidParameter"
    """The code of an unknown TaskId."""
    newest_tasks_first: bool = False
    """Whether a page of tasks descends by start."""

    # Deprecated live records
    no_record_times_code: str = "InvalidParameter"
    """The code of a scheduled record without times; MissingParameter is not on the list of CreateLiveRecord."""
    record_time_code: str = "InvalidParameterValue"
    """The code of times that are invalid or out of order."""
    stream_param_code: str = "InvalidParameterValue"
    """The code of a StreamParam with an unknown name or a value out of range."""

    # Pushes and files
    default_event_app: str = ""
    """The app of DescribeLiveStreamEventList without AppName; "" lists every app; the parameter's text says "live"."""
    event_window_code: str = "InvalidParameter"
    """The code of a window of pushes that ends after now, or is too long."""
    before_included: bool = False
    """Whether SearchMedia finds a file created exactly at CreateTime.Before: the parameter's text says so, the type's does not."""
    search_range_code: str = "InvalidParameterValue.Limit"
    """The code of Offset + Limit above 5000."""
    hls_type: str = "m3u8"
    """The type of HLS files in VOD."""


DEFAULT = Assumptions()
