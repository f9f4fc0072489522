"""The benchmark: what it counts, shows and keeps, not how long something takes."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pytest

from bench import engine, everyday, figures, peer
from bench import verify as bench_verify
from bench.measurements import OPERATIONS, RESULTS, Measured, Sample, load, save
from bench.rivals import Size, stack_file
from bench.turns import Sample as Turn
from bench.turns import table
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES
from live_recording.project import check_text as load_stack
from tests.support.clock import NOW

MACHINE = {"cpu": "Some CPU", "cores": "2", "python": "3.11.7", "pulumi": "v3.259.0"}


def sample(seconds: float, **calls: int) -> Sample:
    """Return a run of this duration, half of it on the CPU."""
    return Sample(seconds, {"engine": seconds / 2}, {"provider": 70.0, "program": 90.4}, **calls)


def sample_measurement(size: str = "2+2+4") -> Measured:
    """Return two pairs of each operation, with easy numbers."""
    made = Measured(size, "2026-11-20", MACHINE)
    made.add("check", "ours", sample(1.0))
    for operation in OPERATIONS[1:]:
        for floor in (1.0, 2.0):
            made.add(operation, "floor", sample(floor))
            made.add(operation, "ours", sample(floor * 1.5, changes=8, pages=2, reads=3))
            if operation == "refresh":
                made.add(operation, "peer", sample(floor * 3, pages=4, reads=4))
    return made


TABLE = """\
2 templates, 2 rules, 4 tasks, with checkpoints (2 pairs)
                              floor   time  ratio  ratio of CPU time  changing calls  pages of tasks  other calls
  check                              1.0 s                                         0               0            0
  up                          1.5 s  2.2 s   1.50               1.50               8               2            3
  preview                     1.5 s  2.2 s   1.50               1.50               8               2            3
  up again                    1.5 s  2.2 s   1.50               1.50               8               2            3
  refresh                     1.5 s  2.2 s   1.50               1.50               8               2            3
  refresh, asking about each  1.5 s  4.5 s   3.00               3.00               0               4            4
Peak memory (floor): provider 70 MB (70 MB), program 90 MB (90 MB).
"""


def test_table_shows_medians_of_pairs() -> None:
    """Times are medians, ratios are medians of the ratios of pairs, and calls are the most that were seen."""
    assert figures.text([sample_measurement()]) == TABLE


def test_ratio_is_that_of_the_pairs() -> None:
    """A slow pair does not change a ratio: each run is compared with the one beside it."""
    made = sample_measurement()
    made.add("up", "floor", sample(100.0))
    made.add("up", "ours", sample(150.0))

    assert made.ratio("up") == 1.5


def test_measurements_are_kept(tmp_path: Path) -> None:
    """What is saved is read back; a size that is measured again replaces the old measurement; small sizes come first."""
    path = tmp_path / "results/engine.json"
    large, small = sample_measurement("50+50+1000"), sample_measurement("2+2+4")
    save(path, [large, small])
    again = replace(small, day="2026-11-21")
    save(path, [again])

    assert load(path) == [again, large]


def test_picture_is_the_same_bytes(tmp_path: Path) -> None:
    """The same measurements make the same picture, which names each rival."""
    draw = import_module("bench.picture").draw  # not above: Matplotlib is large
    paths = [tmp_path / "one.svg", tmp_path / "two.svg"]
    for path in paths:
        draw([sample_measurement(), sample_measurement("50+50+1000")], path)

    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert all(name in paths[0].read_text(encoding="utf-8") for name in ("live-recording", "one call per object"))


def test_page_shows_what_is_kept() -> None:
    """docs/performance.md and the table beside the results are what the kept measurements say."""
    kept = load(RESULTS / "engine.json")

    assert kept
    assert figures.page(kept) == figures.PAGE.read_text(encoding="utf-8")
    assert figures.text(kept) == (RESULTS / "engine.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("size", ["1+0+0", "50+50+200", "3+2+300-hasty"])
def test_stack_file_has_its_size_and_no_finding(size: str) -> None:
    """The measured file has the given size and no finding."""
    given = Size.of(size)
    loaded = load_stack(
        "time_zone: UTC\n" + stack_file(given), "bench.yaml", SITES["intl"], NOW, StackRef("live-recording", "dev")
    )

    assert loaded.findings == ()
    assert loaded.stack
    assert (len(loaded.stack.templates), len(loaded.stack.rules), len(loaded.stack.tasks)) == given[:3]
    assert str(given) == size


@pytest.mark.parametrize("size", ["", "50", "50+50", "0+1+1", "51+0+1", "1+51+1", "50+50+200-slow", "-1+2+3"])
def test_invalid_size_is_a_usage_error(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An invalid size ends the benchmark with exit code 2 before anything is started."""
    with pytest.raises(SystemExit) as ended:
        engine.main([f"--sizes={size}"])

    assert ended.value.code == 2
    assert "is not a size. Write TEMPLATES+RULES+TASKS" in capsys.readouterr().err


def test_small_stack_is_measured() -> None:
    """Each operation makes the calls that it needs: changes only in the first up, a handful of others, one each by the peer."""
    measured = engine.measure(Size.of("2+2+4"), 1)
    changes = {operation: measured.calls(operation).changes for operation in OPERATIONS}
    others = {operation: measured.calls(operation).reads for operation in OPERATIONS}
    peer, floor = (
        measured.calls("refresh", "peer"),
        [measured.calls(operation, "floor") for operation in OPERATIONS[1:]],
    )

    assert changes == {"check": 0, "up": 8, "preview": 0, "up again": 0, "refresh": 0}
    assert max(others.values()) <= 10
    assert (peer.changes, peer.pages, peer.reads) == (0, 4, 4)
    assert {(run.changes, run.pages, run.reads) for run in floor} == {(0, 0, 0)}
    assert measured.peak("provider") > 0
    assert [len(figures.rows(measured)), figures.title(measured)] == [
        6,
        "2 templates, 2 rules, 4 tasks, with checkpoints (1 pair)",
    ]


def test_everyday_table_shows_medians_and_the_most_calls() -> None:
    """Each checkout has its CPU time, wall time and API calls of each operation."""
    runs = [Turn(2.0, 3.0, 5), Turn(1.0, 9.0, 4), Turn(4.0, 1.0, 4)]
    samples = {(operation, name): runs for operation in everyday.OPERATIONS for name in ("before", "now")}

    lines = list(table("20+20", everyday.OPERATIONS, samples, ("before", "now")))

    assert lines[0] == "| 20+20 | before: CPU | wall | calls | now: CPU | wall | calls |"
    assert lines[3] == "| check | 2.00 s | 3.00 s | 5 | 2.00 s | 3.00 s | 5 |"
    assert len(lines) == 2 + len(everyday.OPERATIONS)


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ((), ["tofu or terraform (name the program with --cli PATH)", "terraform-provider-tencentcloud (name it with --p"]),
        (("--cli", "/no/such", "--provider", "/no/plugin"), ["/no/such (name the program with --cli PATH)", "/no/plugin ("]),
        (("--cli", "/bin/sh"), ["terraform-provider-tencentcloud (name it with --provider PATH; after `tofu init`"]),
        (("--provider", "/bin/sh"), ["tofu or terraform ("]),
    ],
)  # fmt: skip
def test_comparison_says_which_programs_are_missing(
    options: tuple[str, ...], missing: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with exit code 2 before anything is started, and names the option for each program."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit) as ended:
        peer.main(options)

    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "Nothing was measured. Not found, or not a program: " in said
    assert [text for text in missing if text not in said] == []
    assert said.count("(name ") == len(missing)


def test_peer_declares_what_our_stack_file_does() -> None:
    """The same templates, formats and rules; all other formats are off."""
    size = Size.of("2+3+0")
    text = f"time_zone: UTC\n{peer.stack(size)}"
    ours = load_stack(text, "x.yaml", SITES["intl"], NOW, StackRef("live-recording", "dev")).stack
    theirs = cast("Any", peer.configuration(size))["resource"]
    templates = theirs["tencentcloud_css_record_template"].values()
    rules = theirs["tencentcloud_css_record_rule_attachment"].values()

    assert ours
    formats = [each.mp4 for each in ours.templates.values() if each.mp4]
    assert [(one.record_interval, one.storage_time) for one in formats] == [
        (one["record_interval"], one["storage_time"]) for each in templates for one in each["mp4_param"]
    ]
    assert {
        one["enable"] for each in templates for name in ("flv", "hls", "aac", "mp3") for one in each[f"{name}_param"]
    } == {0}
    assert [(rule.domain, rule.app, rule.template) for rule in ours.rules.values()] == [
        (each["domain_name"], each["app_name"], each["template_id"].split(".")[1]) for each in rules
    ]
    assert len({rule.domain for rule in ours.rules.values()}) == size.rules


def test_verification_is_measured_beside_its_calls_alone() -> None:
    """Each domain is asked for its pushes, all for their files at once; everything is recorded; a pair has one ratio."""
    measured = bench_verify.measure(2, 4, 1)

    assert measured.verdicts == {"recorded": 8}
    assert (measured.calls["DescribeLiveStreamEventList"], measured.calls["SearchMedia"]) == (2, 1)
    assert measured.calls["DescribeLiveRecordRules"] == 1
    assert sum(measured.calls.values()) == 7
    (ours,), (floor,) = measured.verify, measured.floor
    assert f"ratio {ours.cpu / floor.cpu:.2f}\n" in measured.text()
