"""Pure rules about recording: no Pulumi, SDK, sockets, files, environment or clock."""
