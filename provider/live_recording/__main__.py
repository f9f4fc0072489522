"""Run the command line as `python -m live_recording VERB`."""

import sys

try:
    from live_recording.cli.app import main
except ImportError as error:  # this Python lacks the required packages
    advice = "Use the Python of the project's virtualenv: .venv/bin/python, after `pulumi install` or `make setup`."
    sys.stderr.write(f"{sys.executable} cannot run live-recording: {error}. {advice}\n")
    sys.exit(3)

if __name__ == "__main__":
    main()
