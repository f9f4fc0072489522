"""A stand-in for the vendor's recording API: it refuses what the vendor refuses, independently of this project."""

from live_recording.emulator.emulator import Emulator

__all__ = ["Emulator"]
