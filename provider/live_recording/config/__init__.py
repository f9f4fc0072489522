"""Where and as whom the provider works: settings, config files, credentials and secrets."""
