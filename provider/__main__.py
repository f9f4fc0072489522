"""`python -m provider VERB`."""

from provider.cli import app

if __name__ == "__main__":
    app()
