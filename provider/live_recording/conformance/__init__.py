"""Compare a real account with what the emulator assumes where the vendor's documents leave a question open."""
