"""A key service such as HashiCorp Vault, which encrypts every stack that the tests create.

The Pulumi CLI spends a third of a second of CPU at every command to derive a key from a passphrase; here it asks for the key.
"""

import base64
import json
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWER = {"plaintext": base64.b64encode(b"for tests only".ljust(32)).decode(), "ciphertext": "vault:v1:for tests only"}


class _Answers(BaseHTTPRequestHandler):
    """Every key is encrypted as the same text, and every text is decrypted as the same key."""

    def do_PUT(self) -> None:
        """Answer a request to encrypt or to decrypt."""
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = json.dumps({"data": ANSWER}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@cache
def environment() -> dict[str, str]:
    """Start the service, which ends with this process, and return what makes the Pulumi CLI use it for new stacks."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return {
        "PULUMI_OPTION_SECRETS_PROVIDER": "hashivault://tests",
        "VAULT_ADDR": f"http://127.0.0.1:{server.server_port}",
        "VAULT_TOKEN": "for tests only",
    }
