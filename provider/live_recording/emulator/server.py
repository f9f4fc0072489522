"""HTTP and sockets: read a request, pass it on, send the answer in one write.

Headers and body in two writes would cost some 40 ms a call on a reused connection (delayed acknowledgement; observed).
"""

import json
import socket
import ssl
import sys
import threading
import uuid
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import urlsplit

from live_recording.emulator import api_v2, control_api, request_guard
from live_recording.emulator.faults import Delivery
from live_recording.emulator.gateway import Gateway
from live_recording.emulator.messages import Answer, Fields, Refusal, Request

LOOPBACK = "127.0.0.1"
LARGEST = 10 * 1024 * 1024
"""Bytes of a request's body (CN:1278)."""
TOO_LARGE = Refusal("RequestSizeLimitExceeded", f"A request needs a Content-Length, of {LARGEST} at most.")
JSON = "application/json"  # exactly: with a charset the official SDK treats errors as successes (observed)
BAD_GATEWAY = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: "Server"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def _v2(self, query: str) -> None:
        try:
            self._send(HTTPStatus.OK, self.server.gateway.answer_v2(query))
        except OSError as error:
            self._send(
                HTTPStatus.OK, {"code": api_v2.FAILED, "message": f"The state file could not be written: {error}."}
            )

    def _api(self, path: str, query: str, body: bytes) -> None:
        if path != "/" or self.command not in {"GET", "POST"}:
            error = f"There is nothing to {self.command} at {path}. The API is at /, control at {control_api.PREFIX}."
            self._send(HTTPStatus.NOT_FOUND, {"error": error})
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        exchange = self.server.gateway.answer(Request(self.command, query, headers, body))
        content = _encoded(_envelope(exchange.answer))
        match exchange.delivery:
            case Delivery.WHOLE:
                self._write(HTTPStatus.OK, content, JSON)
            case Delivery.CHARSET:
                self._write(HTTPStatus.OK, content, f"{JSON}; charset=utf-8")
            case Delivery.BAD_GATEWAY:
                self._write(HTTPStatus.BAD_GATEWAY, BAD_GATEWAY, "text/html")
            case Delivery.HALF:
                self._write(HTTPStatus.OK, content, JSON, sent=len(content) // 2)
            case Delivery.NOTHING:
                self.close_connection = True

    def _any(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._send(HTTPStatus.OK, _envelope(TOO_LARGE))
            return
        body = self.rfile.read(int(length))
        if foreign := request_guard.problem({name.lower(): value for name, value in self.headers.items()}):
            self._send(HTTPStatus.FORBIDDEN, {"error": foreign})
            return
        url = urlsplit(self.path)
        if url.path.startswith(control_api.PREFIX):
            content_type = self.headers.get_content_type() if "Content-Type" in self.headers else ""
            self._send(*control_api.reply(self.server.gateway, self.command, url.path, content_type, body))
        elif url.path == api_v2.PATH and self.command == "GET":
            self._v2(url.query)
        else:
            self._api(url.path, url.query, body)

    do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815 - http.server's names

    def _send(self, status: int, document: object) -> None:
        self._write(status, _encoded(document), JSON)

    def _write(self, status: int, content: bytes, content_type: str, sent: int | None = None) -> None:
        """Write the answer in one piece; with *sent*, only so many bytes of its body, then close."""
        self.close_connection = self.close_connection or sent is not None
        head = (
            f"HTTP/1.1 {int(status)} {HTTPStatus(status).phrase}",
            f"Content-Type: {content_type}",
            f"Content-Length: {len(content)}",
            f"Connection: {'close' if self.close_connection else 'keep-alive'}",
        )
        self.wfile.write("\r\n".join((*head, "", "")).encode() + content[:sent])

    def log_message(self, *_: object) -> None:
        """Print nothing: the control path has the log."""


class Server(ThreadingHTTPServer):
    """The listening socket, on loopback only. Raises OSError when the port is in use."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, gateway: Gateway, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.gateway = gateway
        self._tls = tls
        self._connections: set[socket.socket] = set()
        super().__init__((LOOPBACK, port), Handler)

    def server_bind(self) -> None:
        """Bind without a name lookup, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, self.socket.getsockname()[1]

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; the handshake happens at the first read, so that no client blocks the others."""
        connection, address = super().get_request()
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that it ends with the server."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that has ended."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Report an emulator bug in one line; a disconnected client is not a bug."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            print(f"emulator bug: {error!r}; please report", file=sys.stderr)  # noqa: T201
        del request, client_address

    def start(self) -> None:
        """Serve in the background."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Stop serving, and close the connections that clients keep open."""
        self.gateway.stop()
        self.shutdown()
        self.server_close()
        for connection in tuple(self._connections):
            try:
                socket.socket.shutdown(connection, socket.SHUT_RDWR)  # under the encryption, if there is one
            except OSError:
                continue  # it ended by itself


def _envelope(answer: Answer) -> Fields:
    inside = {"Error": {"Code": answer.code, "Message": answer.message}} if isinstance(answer, Refusal) else answer
    return {"Response": {**inside, "RequestId": str(uuid.uuid4())}}


def _encoded(document: object) -> bytes:
    return json.dumps(document).encode()
