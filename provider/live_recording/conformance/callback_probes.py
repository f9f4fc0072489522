"""The calls that show how an account treats callback templates and rules, as far as no receiver is needed.

All notifications would go to `CALLBACK_URL`, which cannot exist, and the only rule is for an unused app.
"""

from live_recording.conformance.laboratory import ACCEPTED, CALLBACK_URL, Laboratory

INTERNAL = ("http://10.0.0.1/callback", "http://127.0.0.1/callback")
"""Addresses that the vendor cannot reach; no rule uses their templates."""
NO_HTTP = ("ftp://lr-conformance.invalid/callback", "lr-conformance.invalid/callback")
DESCRIPTIONS = ("sports & news: 50 % (finals), <b>", "决赛: été")
"""Punctuation, and letters of two scripts; the documents allow letters, digits, `_`, `-` and, on cn, Chinese."""
EMPTIED = ("StreamEndNotifyUrl", "CallbackKey", "Description")
_CREATE = "CreateLiveCallbackTemplate"


def names(lab: Laboratory) -> str:
    """Create two callback templates with one name."""
    first = lab.new_callback_template(RecordNotifyUrl=CALLBACK_URL)
    seen = lab.attempt(_CREATE, first)
    lab.new_callback_template()  # needs a second slot
    return f"{seen}, {lab.attempt(_CREATE, first)}"


def without_url(lab: Laboratory) -> str:
    """Create a callback template without a URL."""
    return lab.attempt(_CREATE, lab.new_callback_template())


def internal_urls(lab: Laboratory) -> str:
    """Create callback templates with addresses of private networks."""
    return _codes_of_urls(lab, INTERNAL)


def other_schemes(lab: Laboratory) -> str:
    """Create callback templates with addresses that do not begin with http:// or https://."""
    return _codes_of_urls(lab, NO_HTTP)


def descriptions(lab: Laboratory) -> str:
    """Create callback templates with other characters than documented, and read them back."""
    return ", ".join(_description(lab, text) for text in DESCRIPTIONS)


def empty_texts(lab: Laboratory) -> str:
    """Empty three texts of a callback template, and see which of its fields are empty then."""
    made = lab.callback_template(
        StreamEndNotifyUrl=CALLBACK_URL, CallbackKey="lrconformance", Description="conformance"
    )
    seen = lab.attempt("ModifyLiveCallbackTemplate", {"TemplateId": made, **dict.fromkeys(EMPTIED, "")})
    read = lab.read_callback_template(made)
    empty = [name for name in ("RecordNotifyUrl", *EMPTIED) if not read.get(name)]
    return f"{seen}, empty are {', '.join(empty) or 'none'}"


def second_rule(lab: Laboratory) -> str:
    """Create a second callback rule for a domain and app, with another template."""
    first, second = lab.callback_template(), lab.callback_template()
    lab.callback_rule(first)
    seen = lab.attempt("CreateLiveCallbackRule", lab.new_callback_rule(second))
    used = {first: "the first", second: "the second"}
    return f"{seen}, uses {' and '.join(used.get(one, 'another') for one in lab.own_callback_rules()) or 'none'}"


def _codes_of_urls(lab: Laboratory, urls: tuple[str, ...]) -> str:
    return ", ".join(lab.attempt(_CREATE, lab.new_callback_template(RecordNotifyUrl=url)) for url in urls)


def _description(lab: Laboratory, text: str) -> str:
    body = lab.new_callback_template(RecordNotifyUrl=CALLBACK_URL, Description=text)
    seen = lab.attempt(_CREATE, body)
    if seen != ACCEPTED:
        return seen
    read = lab.read_callback_template(lab.last_id("callback template"))
    return f"{seen} and {'kept' if read.get('Description') == text else 'changed'}"
