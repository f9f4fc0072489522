"""A review for programs."""

from typing import Any

from live_recording.core import json_output
from live_recording.core.json_output import as_data
from live_recording.review.model import Loss, Pattern, Review
from live_recording.review.text import TAKES_EFFECT, explain_pattern, propose_acknowledgement, verdict_of

VERSION = 1


def render_json(review: Review) -> str:
    """Return everything that the other formats show; times are RFC 3339 in UTC, durations seconds."""
    return json_output.as_json(
        {
            "version": VERSION,
            "stack": review.stack,
            "verdict": str(verdict_of(review)),
            "stops": review.stops,
            "at": as_data(review.at),
            "account_at": as_data(review.account_at),
            "account": review.account,
            "where": as_data(review.where),
            "missing": as_data(review.missing),
            "unknown_domains": as_data(review.unknown_domains),
            "warnings": as_data(review.warnings),
            "refused": as_data(review.refused),
            "losses": [_loss(loss, review) for loss in review.losses],
            "patterns": [_pattern(pattern) for pattern in review.patterns],
            "limits": as_data(review.limits),
            "channels": as_data(review.channels),
            "notifications": as_data(review.notifications),
            "tasks": as_data(review.tasks),
            "later": as_data(review.later),
            "findings": json_output.findings(review.findings),
            "acknowledged": as_data(review.acknowledged),
            "unmanaged": as_data(review.unmanaged),
            "operations": as_data(review.operations),
            "time_zone": review.time_zone,
            "obstacles": as_data(review.conflicts),
            "unsaid": as_data(review.limitations),
            "takes_effect": TAKES_EFFECT,
        }
    )


def _loss(loss: Loss, review: Review) -> dict[str, Any]:
    proposal = None if loss.acknowledged else propose_acknowledgement(loss, review.at)
    return {**as_data(loss), "path": loss.path_text, "acknowledge": proposal}


def _pattern(pattern: Pattern) -> dict[str, Any]:
    return {**as_data(pattern), "changed": pattern.changed, "why": str(explain_pattern(pattern))}
