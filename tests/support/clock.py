"""The time at which tests run unless they choose another one."""

from datetime import UTC, datetime

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
AT = int(NOW.timestamp())
HOUR, DAY = 3600, 86_400  # seconds
