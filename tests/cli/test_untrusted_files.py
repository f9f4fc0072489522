"""Files of a pull request that are no ordinary files: each ends at once, in one sentence, and shows nothing from elsewhere."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_check import GOOD, Scratch

SECRET = "hunter2-from-elsewhere"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


def link(path: Path) -> None:
    """Link to a file outside the checkout."""
    path.symlink_to(path.parent.parent.parent / "outside.yaml")


def large(path: Path) -> None:
    """Write a file of 1 GB that occupies no space."""
    with path.open("wb") as file:
        file.truncate(1 << 30)


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (os.mkfifo, 'Stack file "stacks/dev.yaml" is not a regular file. Replace it with one.'),
    "link-out": (link, 'Stack file "stacks/dev.yaml" is a link that leaves the checkout. Replace it with the file itself.'),
    "link-to-process": (lambda path: path.symlink_to("/proc/self/environ"), "is a link that leaves the checkout."),
    "link-to-device": (lambda path: path.symlink_to("/dev/zero"), "is a link that leaves the checkout."),
    "endless-link": (lambda path: path.symlink_to(path), "Cannot read"),
    "large": (large, 'Stack file "stacks/dev.yaml" is larger than 2 MiB. Split it, or check that it is the right file.'),
    "directory": (Path.mkdir, '"stacks/dev.yaml" is a directory, not a stack file.'),
}  # fmt: skip
CONFIGS = {
    "bomb": (f"config: {{}}\n{BOMB}", "stacks/Pulumi.dev.yaml:3: YAML aliases (*) are not supported. Write the value inline."),
    "merge-bomb": ("a: &a {x: 1}\nb: {<<: [*a, *a]}\n", "stacks/Pulumi.dev.yaml:2: YAML aliases (*) are not supported."),
    "brackets": ("[" * 100_000, "stacks/Pulumi.dev.yaml nests deeper than 50 levels. Fix the file."),
    "elsewhere": ("config: {live-recording:recordings: /proc/self/environ}\n", 'live-recording:recordings of stack dev is "/proc/self/environ", which is outside this checkout.'),
    "above": ("config: {live-recording:recordings: ../outside.yaml}\n", "which is outside this checkout. Name a file inside it."),
}  # fmt: skip


@pytest.fixture(name="scratch")
def _scratch(tmp_path: Path) -> Scratch:
    """Return a checkout with a file outside it."""
    (tmp_path / "outside.yaml").write_text(f"templates: {SECRET}\n", encoding="utf-8")
    (tmp_path / "checkout").mkdir()
    return Scratch(tmp_path / "checkout")


def refused(scratch: Scratch, sentence: str) -> None:
    """Expect one sentence without a word from outside."""
    done = scratch.run("check")

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert sentence in done.stderr
    assert SECRET not in done.stderr


@pytest.mark.parametrize(("make", "sentence"), FILES.values(), ids=FILES)
def test_only_regular_files_of_the_checkout_are_read(
    scratch: Scratch, make: Callable[[Path], object], sentence: str
) -> None:
    """A pipe does not block, a link does not lead out, and a huge file is not loaded."""
    scratch.write("stacks/Pulumi.dev.yaml", "config: {}\n")
    make(scratch.directory / "stacks/dev.yaml")

    refused(scratch, sentence)


@pytest.mark.parametrize(("text", "sentence"), CONFIGS.values(), ids=CONFIGS)
def test_config_cannot_explode_or_point_elsewhere(scratch: Scratch, text: str, sentence: str) -> None:
    """Neither a few lines that expand to gigabytes, nor a path out of the checkout."""
    scratch.write("stacks/dev.yaml", GOOD)
    scratch.write("stacks/Pulumi.dev.yaml", text)

    refused(scratch, sentence)


@pytest.mark.parametrize("name", ["$(touch x)", "a b", "`x`", "-rf", "a;b", "比赛", "x\n::error::y"])
def test_stack_name_fits_into_a_command(scratch: Scratch, name: str) -> None:
    """Commands for pasting contain names of stacks; a file with another name is refused, in one sentence."""
    scratch.write(f"stacks/{name}.yaml", GOOD)

    refused(scratch, "is not the name of a stack. Use letters, digits, hyphens, underscores and periods;")
