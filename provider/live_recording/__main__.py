"""Run the command line: `python -m live_recording VERB`."""

import sys

try:
    from live_recording.cli.app import main
except ImportError as missing:  # another Python than the one that `make setup` prepared
    what_to_do = "Run `make setup`, then `. .venv/bin/activate`, and try again."
    sys.stderr.write(f"{sys.executable} cannot run this: {missing}. {what_to_do}\n")
    sys.exit(3)

if __name__ == "__main__":
    main()
