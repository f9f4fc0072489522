"""A `gh` for tests: keeps the comments of one pull request and the issues of one repository in a file.

Supports only the calls of our tools. The manual of `gh`: https://cli.github.com/manual
"""

import argparse
import json
import os
import sys
from pathlib import Path

KEPT = Path(os.environ["GH_KEPT"])
EMPTY = '{"comments": [], "issues": []}'


def main() -> None:
    """Run one command, as the user of the token."""
    kept = json.loads(KEPT.read_text(encoding="utf-8") if KEPT.exists() else EMPTY)
    comments, issues = kept["comments"], kept["issues"]
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("words", nargs="*")
    for option in ("--json", "--state", "--limit", "--method", "--input", "--body-file", "--title", "--comment"):
        parser.add_argument(option)
    parser.add_argument("--silent", action="store_true")
    asked = parser.parse_intermixed_args()
    said = sys.stdin.read() if "-" in (asked.body_file, asked.input) else ""
    match asked.words:
        case ["pr", "view", _]:
            print(json.dumps({"comments": comments}))  # noqa: T201 - what it answers
        case ["pr", "comment", number]:
            url = f"https://github.com/o/r/pull/{number}#issuecomment-{len(comments) + 1}"
            comments.append({"viewerDidAuthor": True, "body": said, "url": url})
        case ["api", place]:
            comments[int(place.rpartition("/")[2]) - 1]["body"] = json.loads(said)["body"]
        case ["issue", "list"]:
            fields = asked.json.split(",")
            found = [{name: one[name] for name in fields} for one in issues if one["state"] == asked.state]
            print(json.dumps(found))  # noqa: T201 - as above
        case ["issue", "create"]:
            by = {"is_bot": True, "login": "app/github-actions"}
            issues.append(
                {"number": len(issues) + 1, "title": asked.title, "author": by, "state": "open", "body": said}
            )
        case ["issue", "edit", number]:
            issues[int(number) - 1]["body"] = said
        case ["issue", "close", number]:
            issues[int(number) - 1]["state"] = "closed"
        case _:
            sys.exit(f"gh does not know {sys.argv[1:]}")
    KEPT.write_text(json.dumps(kept), encoding="utf-8")


main()
