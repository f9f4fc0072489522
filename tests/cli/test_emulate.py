"""Which site `emulate` has: that of the project's stacks, or the one that is named."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

BOTH = "The stacks of this project are on both sites; intl is emulated. Choose with --site.\n"


@pytest.mark.parametrize(
    ("stacks", "options", "region", "said"),
    [
        pytest.param({"dev": "cn", "prod": "cn"}, (), "ap-guangzhou", "", id="one-site"),
        pytest.param({"dev": "cn", "prod": "intl"}, (), "ap-singapore", BOTH, id="both-sites"),
        pytest.param({"dev": "cn", "prod": "intl"}, ("--site", "cn"), "ap-guangzhou", "", id="named"),
        pytest.param({}, (), "ap-singapore", "", id="no-project"),
    ],
)
def test_site_is_that_of_the_stacks(
    tmp_path: Path, stacks: Mapping[str, str], options: tuple[str, ...], region: str, said: str
) -> None:
    """The region that commands get fits the stacks, also in a directory below the project."""
    below = tmp_path / "stacks" / "below"
    below.mkdir(parents=True)
    if stacks:
        (tmp_path / "Pulumi.yaml").write_text("name: p\nruntime: python\nstackConfigDir: stacks\n", encoding="utf-8")
    for stack, site in stacks.items():
        (tmp_path / f"stacks/{stack}.yaml").write_text("{}\n", encoding="utf-8")
        config = f"config:\n  live-recording:site: {site}\n"
        (tmp_path / f"stacks/Pulumi.{stack}.yaml").write_text(config, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "live_recording", "emulate", *options, "--", "printenv", "TENCENTCLOUD_REGION"],
        cwd=below,
        env={name: value for name, value in os.environ.items() if not name.startswith("TENCENTCLOUD_")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{region}\n", said)
