"""The findings of checked files for pipelines: GitHub's workflow commands, GitLab's Code Quality, JUnit XML.

Values come from files of others, so each format escapes them: no value adds a command, a property or an element.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from xml.etree import ElementTree as ET

from live_recording.core import json_output
from live_recording.core.findings import Finding, Severity, in_order
from live_recording.core.text import escaped
from live_recording.lint.report import FileReport, sorted_findings, summary

GITLAB_SEVERITIES: Mapping[Severity, str] = {"error": "critical", "warning": "minor"}
"""Severity -> that of GitLab, which knows info, minor, major, critical and blocker."""
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def as_github(files: Sequence[FileReport]) -> str:
    """Return a workflow command per finding, which annotates its line in the diff, then the summary.

    Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    return "\n".join([*map(_command, sorted_findings(files)), summary(files)])


def _command(finding: Finding) -> str:
    properties = {"file": finding.file, "line": str(max(finding.line, 1)), "title": finding.id}
    shown = ",".join(f"{name}={_encoded(value, _PROPERTY)}" for name, value in properties.items())
    return f"::{finding.severity} {shown}::{_encoded(_message(finding), _DATA)}"


def _encoded(text: str, codes: Mapping[str, str]) -> str:
    return "".join(codes.get(character, character) for character in escaped(text))


def as_gitlab(files: Sequence[FileReport]) -> str:
    """Return the findings as GitLab's Code Quality report. A fingerprint survives changes of other lines.

    Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
    """
    findings = sorted_findings(files)
    return json_output.as_json(
        [_quality(finding, name) for finding, name in zip(findings, fingerprints(findings), strict=True)]
    )


def _quality(finding: Finding, fingerprint: str) -> dict[str, object]:
    return {
        "description": escaped(_message(finding)),
        "check_name": finding.id,
        "fingerprint": fingerprint,
        "severity": GITLAB_SEVERITIES[finding.severity],
        "location": {"path": finding.file, "lines": {"begin": max(finding.line, 1)}},
    }


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """Return a unique name for each finding, from its file, path and id; several with the same ones are numbered."""
    seen: dict[tuple[str, str, str], int] = {}
    names = []
    for finding in findings:
        key = (finding.file, finding.path_text, finding.id)
        seen[key] = seen.get(key, 0) + 1
        names.append(sha256("\0".join([*key, str(seen[key])]).encode("utf-8", "surrogatepass")).hexdigest())
    return names


def as_junit(files: Sequence[FileReport]) -> str:
    """Return a test suite per file as JUnit XML: an error is a failed test, a warning a test with output.

    A file without findings has one test that passed, so that the report is never empty.
    """
    suites = [_suite(file) for file in files]
    root = ET.Element("testsuites", {"name": "live-recording check", **_sums(suites)})
    root.extend(suites)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _sums(suites: Iterable[ET.Element]) -> dict[str, str]:
    counted = [*suites]
    return {name: str(sum(int(suite.attrib[name]) for suite in counted)) for name in ("tests", "failures", "errors")}


def _suite(file: FileReport) -> ET.Element:
    findings = in_order(file.findings)
    failures = sum(finding.severity == "error" for finding in findings)
    counts = {"tests": str(max(len(findings), 1)), "failures": str(failures), "errors": "0", "time": "0"}
    suite = ET.Element("testsuite", {"name": escaped(file.file), **counts})
    for finding in findings:
        suite.append(_test(finding))
    if not findings:
        ET.SubElement(suite, "testcase", {"name": "check", "classname": escaped(file.file), "time": "0"})
    return suite


def _test(finding: Finding) -> ET.Element:
    location = f"{escaped(finding.path_text)} [{finding.id}]" if finding.path else f"[{finding.id}]"
    test = ET.Element("testcase", {"name": location, "classname": escaped(finding.file), "time": "0"})
    if finding.severity == "error":
        failure = ET.SubElement(test, "failure", {"message": escaped(_message(finding)), "type": finding.id})
        failure.text = escaped(str(finding))
    else:
        ET.SubElement(test, "system-out").text = escaped(str(finding))
    return test


def _message(finding: Finding) -> str:
    return f"{finding.path_text}: {finding.sentence}" if finding.path else finding.sentence
