"""Copy the pages of this repository to .site/pages, from where Zensical builds the site (`make site`).

The site has the paths of the repository, so that links between pages stay as they are. A page may link to a file that is no
page, which is copied. A link to a directory, which a site does not have, becomes text.
"""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / ".site" / "pages"
SOURCES = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/*.md",
    "examples/**/*.md",
    "tools/pulumi/README.md",
)
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)")
COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)


def copy(source: Path) -> None:
    """Copy a page, and the files that it shows or links to."""

    def link(found: re.Match[str]) -> str:
        target = (source.parent / found[3]).resolve()
        if target.is_dir():
            return found[2]
        if target.suffix != ".md":
            copied = PAGES / target.relative_to(ROOT)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(target, copied)
        return found[0]

    page = PAGES / source.relative_to(ROOT)
    page.parent.mkdir(parents=True, exist_ok=True)
    text = COMMENT.sub("", source.read_text(encoding="utf-8"))  # how tests run the commands
    page.write_text(LINK.sub(link, text), encoding="utf-8")


def main() -> None:
    """Copy all pages to an empty directory."""
    shutil.rmtree(PAGES.parent, ignore_errors=True)
    for pattern in SOURCES:
        for source in sorted(ROOT.glob(pattern)):
            copy(source)


if __name__ == "__main__":
    main()
