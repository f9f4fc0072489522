"""Rules of the code base that ruff, mypy and import-linter cannot check."""

import ast
import base64
import pickletools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from pulumi.dynamic import ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider

from live_recording import resources
from tests.conftest import SLOW_MODULES, TESTS

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "provider/live_recording"
MODULES = {path.relative_to(SOURCE).with_suffix("").as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}

IMPURE = {
    *(
        "__main__",
        "program",
        "project",
        "review/html",
        "audit/run",
        "verify/run",
        "verify/reading",
        "verify/current",
        "verify/html",
    ),
    "conformance/run",
    *("account/client", "account/inventory", "account/guard", "account/rate_limiter", "account/snapshot_file"),
    *("ci/api", "ci/credentials"),
}
IMPURE_PACKAGES = ("config", "resources", "pipeline", "doctor", "cli", "emulator")
PURE_IN_IMPURE_PACKAGES = {"resources/inputs"}
"""Every module is pure unless it is listed here: it opens nothing, reads no environment and no clock."""
IMPURE_MODULES = {"asyncio", "http", "logging", "os", "pathlib", "random", "shutil", "signal", "socket", "subprocess", "sys", "tempfile", "threading", "time", "urllib"}  # fmt: skip
IMPURE_NAMES = {"open", "print", "input", "exec", "eval", "environ", "getenv", "__import__"}
IMPURE_CALLS = {"now", "utcnow", "today", "getenv", "open", "read_text", "write_text", "system"}

METHODS = ("check", "diff", "create", "read", "update", "delete")
PROVIDERS = {
    name: found
    for name, found in vars(resources).items()
    if isinstance(found, type) and issubclass(found, ResourceProvider) and not name.startswith("_")
}
KINDS = ["CallbackRule", "CallbackTemplate", "LiveRecord", "RecordRule", "RecordTask", "RecordTemplate"]


def pure() -> dict[str, ast.Module]:
    """Return the syntax trees of the modules that must be pure, by name."""
    names = {
        name
        for name in MODULES
        if name in PURE_IN_IMPURE_PACKAGES or (name not in IMPURE and name.split("/")[0] not in IMPURE_PACKAGES)
    }
    return {name: ast.parse(MODULES[name].read_text(encoding="utf-8")) for name in sorted(names)}


def impurities(tree: ast.Module) -> Iterator[str]:
    """Yield what a module uses that reaches outside the process."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] in IMPURE_MODULES)
        elif isinstance(node, ast.ImportFrom):
            is_impure = str(node.module).partition(".")[0] in IMPURE_MODULES and node.module != "urllib.parse"
            yield from (str(node.module),) if is_impure else ()
        elif isinstance(node, ast.Name) and node.id in IMPURE_NAMES:
            yield node.id
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in IMPURE_CALLS:
            yield f"{node.func.attr}()"


def test_modules_are_pure_unless_listed() -> None:
    """No file, environment variable, clock or socket outside the listed modules."""
    found = {name: sorted(set(impurities(tree))) for name, tree in pure().items()}

    assert {name: uses for name, uses in found.items() if uses} == {}
    assert sorted(IMPURE - set(MODULES)) == []


def test_impurities_are_detected() -> None:
    """The purity test can fail."""
    tree = ast.parse("import os.path\nfrom time import sleep\nopen('x')\ndatetime.now()\nenviron['X']\n")

    assert sorted(impurities(tree)) == ["environ", "now()", "open", "os.path", "time"]


def test_imports_are_absolute() -> None:
    """No relative import hides which package a module depends on."""
    relative = [
        f"{name}:{node.lineno}"
        for name, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert relative == []


def test_provider_classes_have_all_six_methods_of_their_own() -> None:
    """Pulumi's defaults silently succeed: a provider without `delete` would destroy a stack and leave it recording."""
    inherited = {
        name: [method for method in METHODS if getattr(made, method) is getattr(ResourceProvider, method)]
        for name, made in sorted(PROVIDERS.items())
    }

    assert inherited == {f"{kind}Provider": [] for kind in KINDS}


def test_provider_references_in_state_are_pinned() -> None:
    """Every state holds the module and class name of a provider and nothing else: they are a file format."""
    opcodes = ["STACK_GLOBAL", "EMPTY_TUPLE", "NEWOBJ", "STOP"]
    expected = {f"{kind}Provider": (["live_recording.resources", f"{kind}Provider"], opcodes) for kind in KINDS}

    assert {name: pickled(PROVIDERS[name]()) for name in expected} == expected


def pickled(provider: ResourceProvider) -> tuple[list[str], list[str]]:
    """Return the strings in a pickled provider, and the opcodes that do something with them."""
    steps = [
        (opcode.name, argument)
        for opcode, argument, _ in pickletools.genops(base64.b64decode(serialize_provider(provider)))
    ]
    strings = [argument for _, argument in steps if isinstance(argument, str)]
    return strings, [name for name, _ in steps if name not in ("PROTO", "FRAME", "MEMOIZE", "SHORT_BINUNICODE")]


def test_type_tokens_are_kept_by_subclasses() -> None:
    """The type in a state is `dynamic/live:KIND`, also for a class that a user derives."""
    bases = {kind: getattr(resources, kind) for kind in KINDS}
    tokens = {
        kind: {made.__dict__["_resource_type_name"] for made in (base, type("Mine", (base,), {}))}
        for kind, base in bases.items()
    }

    assert tokens == {kind: {f"dynamic/live:{kind}"} for kind in KINDS}


def test_package_is_lazy() -> None:
    """`import live_recording` loads no Pulumi until a resource is used."""
    program = (
        "import sys, live_recording; before = 'pulumi' in sys.modules; live_recording.RecordTask; "
        "print(before, 'pulumi' in sys.modules, hasattr(live_recording, 'Nothing'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "True", "False"]


def test_program_of_a_project_has_three_lines() -> None:
    """A team's repository holds no code that an upgrade would have to change."""
    assert len((ROOT / "__main__.py").read_text(encoding="utf-8").splitlines()) <= 3


def test_slow_modules_exist() -> None:
    """A renamed test module does not become part of `make check` by mistake."""
    assert [name for name in sorted(SLOW_MODULES) if not (TESTS / name).is_file()] == []
