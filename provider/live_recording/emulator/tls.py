"""HTTPS on loopback: a certificate authority for one run, and the file that clients trust.

The private key stays in memory; the file has only the certificate.
"""

import os
import ssl
import tempfile
from pathlib import Path

NAMES = ("127.0.0.1", "localhost")
"""Hosts that the certificate is valid for."""


class CertificateAuthority:
    """A new authority with one certificate, for the names above and nothing else."""

    def __init__(self) -> None:
        import trustme

        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority = trustme.CA()
        authority.issue_cert(*NAMES).configure_cert(self.context)
        self._pem = authority.cert_pem.bytes()

    def write_certificate(self) -> Path:
        """Write the authority's certificate to a new file; the caller removes it. Raises OSError."""
        handle, name = tempfile.mkstemp(prefix="live-recording-ca-", suffix=".pem")
        with os.fdopen(handle, "wb") as file:
            file.write(self._pem)
        return Path(name)
