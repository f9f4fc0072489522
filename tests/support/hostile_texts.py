"""Texts that attack the terminal, log or page that shows them, and what an output may not contain because of them."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from markdown_it import MarkdownIt

SIGN = "INJECTED"
"""Begins each line, element and command that an attack tries to add."""
TERMINAL = f"\x1b[31m{SIGN}\x1b]8;;https://evil.example\x07\x9b2J\b\x00\x7f"
BIDI = "\u202e\u2066gnp.exe\u2069\u200f\u061c"
INVISIBLE = "a\u200b\u2060\ufeff\u00ad\U000e0041b"
COMMANDS = f"x\r\n::error::{SIGN}\n  ::add-mask::{SIGN}\n##[error]{SIGN}\n##vso[task.setvariable]{SIGN}"
LINES = f"x\n{SIGN} line\u2028{SIGN} line\x85{SIGN} line\x0b{SIGN}"
MARKDOWN = f"`|\n# {SIGN}\n- [{SIGN}](https://evil.example) ![{SIGN}](https://evil.example/x.png) @{SIGN} **{SIGN}**"
FENCE = f"```\n{SIGN}\n~~~\n</details>\n| {SIGN} | {SIGN} |"
HTML = f"</script></style><script>{SIGN}()</script><img src=x onerror={SIGN}()>\" onload='{SIGN}()' --><b>{SIGN}</b>"
JSON = f'"}}], "{SIGN}": [{{"x": "\\'
SHELL = f"'; touch {SIGN} `touch {SIGN}` $(touch {SIGN}) #"
TEMPLATE = f"{{{{ {SIGN} }}}} {{% raw %}} %s %(x)s {{0}} <{{%reset%}}>"
LONG = "A" * 10_000
SURROGATE = "\ud83d"

ATTACKS = (TERMINAL, BIDI, INVISIBLE, COMMANDS, LINES, MARKDOWN, FENCE, HTML, JSON, SHELL, TEMPLATE)
ALL_IN_ONE = " ".join(ATTACKS)

_COMMAND = re.compile(r"^\s*::|##(\[|vso\[|teamcity\[)", re.MULTILINE)
_OWN_HTML = re.compile(r"</?(details|summary|br|code)>|<!-- live-recording review: [^<>]* -->")
_ADDED_LINE = re.compile(rf"[ #\-|>*\[!]*{SIGN}([ \](]|$)")
_CODE = re.compile(r"<code>.*?</code>|`[^`]*`", re.DOTALL)
_READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_OWN_MARKDOWN = {
    *("p", "strong", "em", "h2", "h3", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "code"),
}


def problems_of_text(text: str) -> list[str]:
    """Return what a terminal or the log of a pipeline would interpret in an output, and lines that an attack added."""
    raw = sorted({f"U+{ord(c):04X}" for c in text if not c.isprintable() and c not in "\n\t"})
    commands = [line for line in text.split("\n") if _COMMAND.search(line)]
    added = [line for line in text.split("\n") if _ADDED_LINE.match(line)]
    return [*raw, *commands, *added]


def problems_of_markdown(text: str) -> list[str]:
    """Return the markup of a comment on a pull request that is not ours: links, images, headings and HTML."""
    found = []
    for token in _READER.parse(text):
        for each in (token, *(token.children or ())):
            if each.type in ("html_block", "html_inline"):
                found += [part for part in re.findall(r"<[^>]*>?", each.content) if not _OWN_HTML.fullmatch(part)]
            elif each.nesting == 1 and each.tag not in _OWN_MARKDOWN:
                found.append(each.tag)
            elif each.type in ("image", "fence", "code_block", "hr"):
                found.append(each.type)
        if token.type == "inline" and f"@{SIGN}" in _CODE.sub("", token.content):  # nothing in code is a mention
            found.append(token.content)
    return found + problems_of_text(text)


class _Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        own_link = tag == "a" and re.fullmatch(r"[\w.-]+\.html|#[\w-]+", dict(attrs).get("href") or "")
        if tag in ("script", "img", "iframe", "a", "base") and not own_link:
            self.found.append(tag)
        self.found += [name for name in names if name.startswith("on") or name == "src"]

    def handle_comment(self, data: str) -> None:
        self.found.append(data)


def problems_of_html(text: str) -> list[str]:
    """Return the elements and attributes of a page that no page of ours has."""
    bold = [found for found in re.findall(r"<b>([^<]*)", text) if SIGN in found]
    return _Elements(text).found + bold + problems_of_text(text)


def state_with(texts: Iterable[str], site: str = "intl") -> dict[str, object]:
    """Return the state of an emulated account whose names and texts are these, one object of each kind for each text."""
    templates, rules, tasks = [], [], []
    for number, text in enumerate(texts):
        id_ = 9000 + number
        templates.append(
            {
                "TemplateId": id_,
                "TemplateName": text,
                "Description": text,
                "Mp4Param": {"Enable": 1, "StorageTime": 86400, "VodFileName": text, "Procedure": text},
            }
        )
        templates.append({"TemplateId": id_ + 500, "TemplateName": f"{text}--{text}--{text}", "Description": ""})
        stream = {"DomainName": f"push{number}.example.com", "AppName": text, "StreamName": text}
        rules.append({**stream, "TemplateId": id_, "CreateTime": text, "UpdateTime": text})
        rules.append({**stream, "DomainName": text, "StreamName": "", "TemplateId": id_ + 500})
        tasks.append(
            {
                **stream,
                "TaskId": f"{number}{text}",
                "TemplateId": id_,
                "StartTime": 1795180000,
                "EndTime": 1795190000,
                "Stopped": number % 2,
                "StreamType": 0,
                "Extension": "",
            }
        )
    return {
        "site": site,
        "last_template_id": 9999,
        "templates": templates,
        "rules": rules,
        "tasks": tasks,
        "domains": None,
    }
