"""The report of `live-recording drift`. What it compares is shown by the tests of the workflows."""

from live_recording.pipeline.drift import Drift, as_markdown


def test_no_line_of_an_output_ends_its_code_block() -> None:
    """Values of an account are shown as text, whatever they are."""
    report = as_markdown(Drift("dev", 1, "a\n````\n# Title\n", "same"))

    assert "`````text\na\n````\n# Title\n`````\n" in report
    assert report.startswith("Drift: the account does not match stack dev.\n")
    assert "`pulumi up --refresh --stack dev`" in report


def test_failure_gives_no_advice_on_drift() -> None:
    """Exit codes 2 and 3 are no verdict."""
    for code in (2, 3):
        report = as_markdown(Drift("dev", code, "No credentials found.", "Not run, because the audit failed."))

        assert report.startswith("The comparison of the account with stack dev failed. The reason is below.\n")
        assert "To apply the stack file" not in report
