"""An emulator of the vendor's recording API. It rejects what the vendor rejects and shares no code with the provider."""

from live_recording.emulator.emulator import Emulator

__all__ = ["Emulator"]
