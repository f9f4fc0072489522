"""A review for programs."""

from typing import Any

from live_recording.core import json_output
from live_recording.core.json_output import as_data
from live_recording.review.model import Loss, Pattern, Review
from live_recording.review.text import TAKES_EFFECT, acknowledgement, verdict, why

VERSION = 1


def as_json(review: Review) -> str:
    """Everything that the other forms say, byte-stable; times are RFC 3339 in UTC, lengths of time seconds."""
    return json_output.as_json(
        {
            "version": VERSION,
            "stack": review.stack,
            "verdict": str(verdict(review)),
            "stops": review.stops,
            **as_data(review),
            "losses": [_loss(loss, review) for loss in review.losses],
            "patterns": [_pattern(pattern) for pattern in review.patterns],
            "findings": json_output.findings(review.findings),
            "takes_effect": TAKES_EFFECT,
        }
    )


def _loss(loss: Loss, review: Review) -> dict[str, Any]:
    line = None if loss.acknowledged else acknowledgement(loss, review.at)
    return {**as_data(loss), "acknowledge": line}


def _pattern(pattern: Pattern) -> dict[str, Any]:
    return {**as_data(pattern), "changed": pattern.changed, "why": "".join(why(pattern))}
