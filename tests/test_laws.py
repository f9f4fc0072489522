"""Laws of the code base that no type checker knows."""

import ast
import base64
import pickletools
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from pulumi.dynamic import ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider

from provider import resources, tasks

ROOT = Path(__file__).parent.parent
PROVIDER = ROOT / "provider"
CORE = sorted((PROVIDER / "core").glob("*.py"))
ALL = sorted(PROVIDER.rglob("*.py"))
FOREIGN = ("pulumi", "tencentcloud", "requests", "grpc", "yaml", "typer", "rich", "tenacity", "sarif_pydantic")
CORE_MAY_IMPORT = {"provider", "pydantic", "pydantic_core", "dateutil"}
CORE_MAY_NOT_IMPORT = {"asyncio", "http", "io", "logging", "os", "pathlib", "random", "shutil", "socket", "subprocess", "tempfile", "threading", "time", "urllib"}  # fmt: skip
SIX = ("check", "diff", "create", "read", "update", "delete")
PROVIDERS = {
    name: found
    for name, found in vars(resources).items()
    if isinstance(found, type) and issubclass(found, ResourceProvider) and not name.startswith("_")
}
KINDS = ["LiveRecord", "RecordRule", "RecordTask", "RecordTemplate"]


def ids(path: Path) -> str:
    """A file as its test is called."""
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    """The syntax of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "relative imports hide what is imported"
            yield from (f"{node.module}.{name.name}" for name in node.names)


IMPORTS = f"""
import sys
from importlib import import_module
for name in sys.argv[1:]:
    for known in [known for known in sys.modules if known.partition(".")[0] == "provider"]:
        del sys.modules[known]
    import_module(name)
    print(*(f"{{name}} imports {{found}}" for found in sorted({set(FOREIGN)!r} & set(sys.modules))), sep="\\n", end="")
"""


def test_core_is_imported_alone() -> None:
    """Each core module can be imported first, and brings no foreign package with it."""
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in CORE]
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, *names], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_core_imports_rules_only(path: Path) -> None:
    """The core knows the standard library without its doors to the world, pydantic and dateutil."""
    modules = {name.partition(".")[0] for name in imported(path)}

    assert modules <= CORE_MAY_IMPORT | set(sys.stdlib_module_names)
    assert not modules & CORE_MAY_NOT_IMPORT
    assert all(name.startswith("provider.core") for name in imported(path) if name.startswith("provider"))


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_core_has_no_door_to_the_world(path: Path) -> None:
    """The core opens no file, reads no environment, and is told the time."""
    names = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}
    calls = [node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    called = {call.attr for call in calls if isinstance(call, ast.Attribute)}

    assert not names & {"open", "print", "input", "exec", "eval", "environ", "getenv", "__import__"}
    assert not called & {"now", "utcnow", "today", "getenv", "open", "read_text", "write_text", "system"}


@pytest.mark.parametrize("path", sorted((PROVIDER / "emulator").glob("*.py")), ids=lambda path: path.stem)
def test_emulator_knows_nothing_of_the_provider(path: Path) -> None:
    """The emulator states the vendor's rules a second time, so it takes none from here."""
    ours = {name for name in imported(path) if name.partition(".")[0] == "provider"}

    assert all(name.startswith("provider.emulator") for name in ours)


def test_only_the_command_line_starts_the_emulator() -> None:
    """The provider does not know whether it talks to the vendor or to the emulator."""
    others = [*ALL, ROOT / "__main__.py"]
    users = {ids(path) for path in others if any(name.startswith("provider.emulator") for name in imported(path))}

    assert {user for user in users if not user.startswith("provider/emulator/")} == {"provider/cli.py"}


CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
ALONE = {
    package: {f"{name.replace('.', '/')}.py" for name in contract["allowed_importers"]}
    for contract in CONTRACTS
    if contract["type"] == "protected"
    for package in contract["protected_modules"]
}
"""Package -> who may import it; `make lint` sees that nobody else does."""


@pytest.mark.parametrize("package", sorted({*FOREIGN, *ALONE} - {"grpc", "provider.emulator"}))
def test_each_foreign_package_has_its_edge(package: str) -> None:
    """Who talks to a foreign thing is written down, and each who may do so does."""
    users = {ids(path) for path in ALL if package in {name.partition(".")[0] for name in imported(path)}}

    assert users == ALONE[package]


CONFIG = "provider/config.py"
DOORS = {
    "environ": {CONFIG},
    "getenv": set(),
    "read_text": {CONFIG},
    "read_bytes": {CONFIG},
    "write_text": {CONFIG},
    "write_bytes": set(),
    "mkdir": {CONFIG},
    "unlink": set(),
    "iterdir": set(),
    "glob": {CONFIG, "provider/machine.py"},  # which programs were built here
    "open": {"provider/terminal.py"},  # the null device, when nobody reads what is printed
}
"""Way to a file or to the environment -> who goes it."""


@pytest.mark.parametrize("door", DOORS)
def test_only_config_reads_files_and_environment(door: str) -> None:
    """Every other module asks it; the emulator, which stands for itself, does not count."""
    users = {ids(path) for path in (PROVIDER.glob("*.py")) if door in _mentioned(path)}

    assert users == DOORS[door]


def _mentioned(path: Path) -> set[str]:
    """The names and attributes that a file uses."""
    nodes = list(ast.walk(tree(path)))
    return {n.id for n in nodes if isinstance(n, ast.Name)} | {n.attr for n in nodes if isinstance(n, ast.Attribute)}


@pytest.mark.parametrize("name", PROVIDERS)
def test_provider_classes_define_all_six_methods(name: str) -> None:
    """A method that is missing would silently succeed, so each class has all six of its own."""
    assert [method for method in SIX if method not in vars(PROVIDERS[name])] == []


@pytest.mark.parametrize("forgotten", ["create", "read", "delete"])
def test_kind_that_forgets_a_method_is_not_made(forgotten: str) -> None:
    """What a kind must do itself is asked for when its class is made, not when a stack is destroyed."""
    life = {name: vars(tasks)[name] for name in ("create", "read", "delete") if name != forgotten}

    with pytest.raises(TypeError, match="Forgetful cannot create, read and delete"):
        type("Forgetful", (resources._Provider,), {"kind": "task", "life": SimpleNamespace(**life)})


@pytest.mark.parametrize("kind", KINDS)
def test_provider_reference_in_state_is_pinned(kind: str) -> None:
    """Every state holds module and class name of a provider and nothing else: they are a file format."""
    pickled = base64.b64decode(serialize_provider(PROVIDERS[f"{kind}Provider"]()))
    steps = [(opcode.name, argument) for opcode, argument, _ in pickletools.genops(pickled)]

    assert [argument for _, argument in steps if isinstance(argument, str)] == [
        "provider.resources",
        f"{kind}Provider",
    ]
    assert [name for name, _ in steps if name not in ("PROTO", "FRAME", "MEMOIZE", "SHORT_BINUNICODE")] == [
        "STACK_GLOBAL",
        "EMPTY_TUPLE",
        "NEWOBJ",
        "STOP",
    ]


def test_all_kinds_are_pinned() -> None:
    """No resource is without its line in these tests."""
    assert sorted(PROVIDERS) == [f"{kind}Provider" for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS)
def test_type_token_is_kept_by_subclasses(kind: str) -> None:
    """The type in a state is `dynamic/live:KIND`, for a class that a user derives too."""
    base = getattr(resources, kind)
    derived = type("Mine", (base,), {})

    assert [made.__dict__["_resource_type_name"] for made in (base, derived)] == [f"dynamic/live:{kind}"] * 2


def test_package_is_lazy() -> None:
    """`import provider` loads no Pulumi until a resource is asked for."""
    program = (
        "import sys, provider; before = 'pulumi' in sys.modules; provider.RecordTask; "
        "print(before, 'pulumi' in sys.modules, hasattr(provider, 'Nothing'))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "True", "False"]


PAGES = {**dict.fromkeys(CORE, 150), ROOT / "__main__.py": 50}
"""How many lines a file may have; any other 300."""
SHORT = [*ALL, *PROVIDER.glob("*.j2"), *PROVIDER.glob("*.css"), ROOT / "__main__.py"]
SHORT += [path for folder in ("tests", "tools", "bench") for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("path", SHORT, ids=ids)
def test_files_are_short(path: Path) -> None:
    """A core file fits on two screens, the program on one, and no file is longer than 300 lines."""
    lines = len(path.read_text(encoding="utf-8").splitlines())

    assert lines <= PAGES.get(path, 300)


@pytest.mark.parametrize("path", ALL, ids=ids)
def test_files_say_what_they_are(path: Path) -> None:
    """Every module begins with a sentence, and every core module with its rules."""
    charter = ast.get_docstring(tree(path)) or ""

    assert charter
    if path in CORE and path.name != "__init__.py":
        assert "Rule 1: " in charter


def test_folders_are_two_levels_deep() -> None:
    """Below provider there are folders, and no folders below those."""
    folders = {path.parent.relative_to(PROVIDER) for path in ALL}

    assert all(len(folder.parts) <= 1 for folder in folders)
