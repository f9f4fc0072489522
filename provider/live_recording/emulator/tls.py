"""Https on loopback: a certificate authority that is thrown away with the emulator, and the file that clients trust.

Its own key stays in memory: what is in the file signs nothing.
"""

import os
import ssl
import tempfile
from pathlib import Path

NAMES = ("127.0.0.1", "localhost")
"""What the certificate is good for."""


class CertificateAuthority:
    """A new authority with one certificate, for the names above and nothing else."""

    def __init__(self) -> None:
        import trustme

        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority = trustme.CA()
        authority.issue_cert(*NAMES).configure_cert(self.context)
        self._pem = authority.cert_pem.bytes()

    def write_certificate(self) -> Path:
        """A new file with the authority's certificate; whoever asked for it removes it. Raises OSError."""
        handle, name = tempfile.mkstemp(prefix="live-recording-ca-", suffix=".pem")
        with os.fdopen(handle, "wb") as file:
            file.write(self._pem)
        return Path(name)
