"""A template, a rule that records with it, and the next match as a task."""

import signal
from datetime import UTC, datetime, timedelta

from live_recording import RecordRule, RecordTask, RecordTemplate

signal.signal(signal.SIGINT, signal.SIG_DFL)  # when a check refuses, end without a KeyboardInterrupt traceback
DOMAIN = "push.example.com"

archive = RecordTemplate("archive", mp4={"record_interval": "1h", "storage_time": "30d"})
RecordRule("studio", domain=DOMAIN, app="studio", template_id=archive.id)

# Every evening from 20:00 to 22:00 UTC. The times change only when one match is over, so until then nothing does.
now = datetime.now(UTC)
end = now.replace(hour=22, minute=0, second=0, microsecond=0)
if end <= now:
    end += timedelta(days=1)
start = end - timedelta(hours=2)
RecordTask("match", domain=DOMAIN, app="live", stream="match", start=start, end=end, template_id=archive.id)
