"""A clock that can be set and keeps ticking. It applies to windows and times, never to signatures."""

import re
import time
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import unquote_plus

CHINA = timezone(timedelta(hours=8))


class Clock:
    """Ticks from *start*, or shows the real time without it."""

    def __init__(self, start: datetime | None = None) -> None:
        self._ahead = 0.0
        if start is not None:
            self.set(start)

    def set(self, now: datetime) -> None:
        """Set the clock to *now*; it keeps ticking."""
        self._ahead = now.timestamp() - time.time()

    def seconds(self) -> int:
        """Return the present as whole unix seconds, the only precision the API has."""
        return int(time.time() + self._ahead + 1e-6)

    def china(self) -> str:
        """Return the present as the vendor prints it in rules: `YYYY-MM-DD HH:MM:SS`, UTC+8 (PY, RuleInfo)."""
        return datetime.fromtimestamp(self.seconds(), CHINA).strftime("%Y-%m-%d %H:%M:%S")


def format_time(seconds: int) -> str:
    """Format Unix seconds with their time, for messages; out-of-range numbers stay plain."""
    try:
        return f"{seconds} ({datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ})"
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def parse_china_time(text: str) -> int | None:
    """Parse `YYYY-MM-DD HH:MM:SS` in UTC+8, plain or URL-encoded, as Unix seconds; None if invalid."""
    plain = unquote_plus(text)
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", plain):
        return None
    try:
        return int(datetime.fromisoformat(f"{plain}+08:00").timestamp())
    except ValueError:
        return None


def parse_time(text: object) -> datetime | None:
    """Parse an RFC 3339 time with an offset, or return None."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo else None
