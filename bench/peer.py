"""What the same account costs with OpenTofu or Terraform and the vendor's provider: CPU time, wall time, and API calls.

`python bench/peer.py` needs `tofu` or `terraform`, and the vendor's provider; it says what is missing. Both declare the same
templates and rules, each on an emulated account of its own, and take turns. The provider is installed from a local mirror,
with a lock file, as users have it.
"""

import argparse
import json
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.everyday import Checkout, title
from bench.rivals import Size, stack_file
from bench.turns import Sample, Samples, adopt_orphans, measure_in_turns, run_command, table
from live_recording.emulator import Emulator
from live_recording.emulator.domains import Domain
from live_recording.emulator.templates import MAIN_VOD_APP
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.pulumi_project import callers

OURS = "ours"
CLIS = ("tofu", "terraform")
PROVIDER = "terraform-provider-tencentcloud"
SOURCE = "mirror.example/tencentcloudstack/tencentcloud"
"""Address of the provider. No host is asked: it is installed from the mirror."""
VERSION = "1.0.0"
"""Of the provider in the mirror, whatever its real version is."""
UNATTENDED = ("-input=false", "-no-color")
APPLY = ("apply", "-auto-approve", *UNATTENDED)
OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "up from empty": APPLY,
    "up again": APPLY,
    "preview": ("plan", *UNATTENDED),
    "refresh": ("apply", "-refresh-only", "-auto-approve", *UNATTENDED),
    "destroy": ("destroy", "-auto-approve", *UNATTENDED),
}
"""In the order of a run: the name of our operation -> what the peer's CLI does for the same."""
SIZES = ("20+20+0", "48+48+0")
ON = {"enable": 1, "record_interval": 3600, "storage_time": 30 * 24 * 3600}
"""`record_interval: 1h` and `storage_time: 30d` of our stack file, in seconds."""
FORMATS = ("flv", "hls", "mp4", "aac", "mp3")
OFF = {
    "enable": 0,
    "record_interval": 1800,
    "storage_time": 0,
    "storage_mode": "normal",
    "vod_sub_app_id": MAIN_VOD_APP,
}


@dataclass(frozen=True, slots=True)
class Tools:
    """The programs of the peer."""

    cli: Path
    provider: Path


class Missing(Exception):
    """The message says which programs are missing, and how to name them."""


def find_tools(cli: str | None, provider: str | None) -> Tools:
    """Return the programs: those that the options name, else those on PATH. Raises Missing."""
    found_cli = _find(cli) if cli else next(filter(None, map(_find, CLIS)), None)
    found_provider = _find(provider or PROVIDER)
    problems = []
    if not found_cli:
        problems.append(f"{cli or ' or '.join(CLIS)} (name the program with --cli PATH)")
    if not found_provider:
        problems.append(
            f"{provider or PROVIDER} (name it with --provider PATH; after `tofu init` or `terraform init` it is in "
            ".terraform/providers of a project that uses it)"
        )
    if not found_cli or not found_provider:
        raise Missing(f"Nothing was measured. Not found, or not a program: {'; '.join(problems)}.")
    return Tools(found_cli, found_provider)


def _find(program: str) -> Path | None:
    found = shutil.which(program)
    return Path(found).resolve() if found else None


class Peer:
    """A project of the peer, with our stack's resources, on an account of its own."""

    def __init__(self, tools: Tools, scratch: Path, emulator: Emulator, size: Size) -> None:
        self.name, self._cli, self._emulator = tools.cli.name, tools.cli, emulator
        self._directory = scratch / "peer"
        self._directory.mkdir()
        (self._directory / "main.tf.json").write_text(json.dumps(configuration(size)), encoding="utf-8")
        self._environment = _environment(emulator) | {"TF_CLI_CONFIG_FILE": str(_mirror(tools.provider, scratch))}
        self._run("init", *UNATTENDED)

    def run(self, operation: str) -> Sample:
        """Run an operation to its end. Raises AssertionError if it fails."""
        return self._run(*OPERATIONS[operation])

    def _run(self, *arguments: str) -> Sample:
        return run_command([self._cli, *arguments], self._directory, self._environment, self._emulator)


def stack(size: Size) -> str:
    """Return our stack file of that size. Each rule has a domain of its own: the peer confuses rules of one domain (*observed*)."""
    return re.sub(r"push(\.example\.com, app: app(\d+),)", r"push\2\1", stack_file(size))


def configuration(size: Size) -> dict[str, object]:
    """Return the configuration of the peer that declares the same.

    It has every block that the API returns: the peer would remove the others at each run (*observed*).
    """
    special = {
        "hls_special_param": [{"flow_continue_duration": 0}],
        "flv_special_param": [{"upload_in_recording": False}],
    }
    formats = {f"{name}_param": [OFF | (ON if name == "mp4" else {})] for name in FORMATS}
    templates = {f"t{n}": {"template_name": f"t{n}", **formats, **special} for n in range(size.templates)}
    rules = {f"r{n}": _rule(n, size.templates) for n in range(size.rules)}
    return {
        "terraform": {"required_providers": {"tencentcloud": {"source": SOURCE, "version": VERSION}}},
        "resource": {
            "tencentcloud_css_record_template": templates,
            "tencentcloud_css_record_rule_attachment": rules,
        },
    }


def _rule(number: int, templates: int) -> dict[str, str]:
    template = f"${{tencentcloud_css_record_template.t{number % templates}.id}}"
    return {"domain_name": f"push{number}.example.com", "app_name": f"app{number}", "template_id": template}


def _environment(emulator: Emulator) -> dict[str, str]:
    """Return the environment: the provider takes only a root domain, so the emulator is also its proxy for `live.localhost`."""
    proxies = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")
    kept = {name: value for name, value in callers().items() if name.lower() not in proxies}
    return kept | {
        **{name: value for name, value in Account(emulator).environment.items() if name.startswith("TENCENTCLOUD_")},
        "TENCENTCLOUD_REGION": "ap-singapore",
        "TENCENTCLOUD_PROTOCOL": "HTTP",
        "TENCENTCLOUD_DOMAIN": f"localhost:{emulator.port}",
        "HTTP_PROXY": f"http://127.0.0.1:{emulator.port}",
        "CHECKPOINT_DISABLE": "1",
    }


def _mirror(provider: Path, scratch: Path) -> Path:
    """Return a configuration of the CLI that installs this provider, and asks no registry."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    installed = scratch / "mirror" / SOURCE / VERSION / f"{platform.system().lower()}_{machine}"
    installed.mkdir(parents=True)
    shutil.copy(provider, installed / f"{PROVIDER}_v{VERSION}")
    config = scratch / "cli.tfrc"
    mirror = f'filesystem_mirror {{\n    path = "{scratch / "mirror"}"\n  }}'
    config.write_text(f"provider_installation {{\n  {mirror}\n}}\n", encoding="utf-8")
    return config


def measure(tools: Tools, size: Size, repetitions: int) -> Samples:
    """Return the samples of each operation of both."""
    domains = tuple(Domain(name=f"push{n}.example.com") for n in range(size.rules))
    with ExitStack() as opened:
        scratch = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        accounts = [opened.enter_context(Emulator(now=NOW, domains=domains)) for _ in range(2)]
        contestants = (Checkout(OURS, ROOT, scratch, accounts[0], stack(size)), Peer(tools, scratch, accounts[1], size))
        return measure_in_turns(str(size), OPERATIONS, contestants, repetitions)


def main(arguments: Sequence[str]) -> int:
    """Measure, and print a table for each size; 2 if a program is missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cli", metavar="PATH", help="tofu or terraform. Default: the first of them on PATH")
    parser.add_argument("--provider", metavar="PATH", help=f"the vendor's provider. Default: {PROVIDER} on PATH")
    parser.add_argument("--sizes", nargs="+", metavar="SIZE", default=SIZES, help="TEMPLATES+RULES+0")
    parser.add_argument("--repeat", type=int, metavar="N", default=3, help="runs of each operation")
    given = parser.parse_args(arguments)
    try:
        tools, sizes = find_tools(given.cli, given.provider), [Size.of(size) for size in given.sizes]
    except (Missing, ValueError) as error:
        parser.error(str(error))
    adopt_orphans()
    for size in sizes:
        print("\n".join(table(title(size), OPERATIONS, measure(tools, size, given.repeat), (OURS, tools.cli.name))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
