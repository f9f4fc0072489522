"""A receiver of the vendor's callbacks: checks each notification, and stores it once in a database.

Settings are environment variables, see README.md. Start it with `python receiver.py --port 8080`.
"""

import argparse
import hmac
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from waitress import create_server

from live_recording.callbacks import InvalidNotification, parse, verify_signature
from live_recording.callbacks.database import DatabaseError, EventDatabase, open_database

LARGEST = 64 * 1024
"""Bytes of a notification; the vendor's have about 1 KB."""
SHORTEST_PATH = 16
"""Characters of the secret path."""
STORED = b'{"code": 0}'
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class WrongSettings(Exception):
    """The receiver cannot start; the text says why."""


@dataclass(frozen=True)
class Rejected(Exception):
    """A request that is not stored."""

    status: HTTPStatus
    reason: str


@dataclass(frozen=True)
class Receiver:
    """The web application (WSGI). Its answer is 200 only if the notification is in the database."""

    database: EventDatabase
    keys: tuple[str, ...]
    path: str
    clock: Callable[[], datetime]

    def __call__(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        status, answer = HTTPStatus.OK, STORED
        try:
            self._receive(environ)
        except Rejected as rejected:
            status, answer = rejected.status, json.dumps({"error": rejected.reason}).encode()
            print(f"{status}: {rejected.reason}"[:300], file=sys.stderr, flush=True)
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
        start_response(f"{status.value} {status.phrase}", headers)
        return [answer]

    def _receive(self, environ: Mapping[str, Any]) -> None:
        if not hmac.compare_digest(environ.get("PATH_INFO", "").encode(), f"/{self.path}".encode()):
            raise Rejected(HTTPStatus.NOT_FOUND, "There is nothing at this address.")
        if environ["REQUEST_METHOD"] != "POST":
            raise Rejected(HTTPStatus.METHOD_NOT_ALLOWED, "Send a notification with POST.")
        body = _body(environ)
        try:
            self._check_signature(body)
        except InvalidNotification as error:
            raise Rejected(HTTPStatus.FORBIDDEN, str(error)) from None
        try:
            event = parse(body)
        except InvalidNotification as error:
            raise Rejected(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None
        try:
            self.database.store(event, self.clock())
        except DatabaseError as error:
            print(error, file=sys.stderr, flush=True)
            raise Rejected(HTTPStatus.SERVICE_UNAVAILABLE, "The database cannot be used now. Send it again.") from None

    def _check_signature(self, body: bytes) -> None:
        """Raise InvalidNotification unless one of the keys signed it; several are valid while a key is replaced."""
        problem = InvalidNotification("The receiver has no key.")
        for key in self.keys:
            try:
                verify_signature(key, body, self.clock())
            except InvalidNotification as error:
                problem = error
            else:
                return
        raise problem


def _body(environ: Mapping[str, Any]) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    if not length.isdecimal():
        raise Rejected(HTTPStatus.LENGTH_REQUIRED, "Send a Content-Length.")
    if int(length) > LARGEST:
        raise Rejected(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A notification has {LARGEST} bytes at most.")
    body: bytes = environ["wsgi.input"].read(int(length))
    return body


def receiver_from(environment: Mapping[str, str]) -> Receiver:
    """Return the receiver of these environment variables. Raises WrongSettings and DatabaseError."""
    path = environment.get("RECEIVER_PATH", "")
    if len(path) < SHORTEST_PATH or not path.replace("-", "").replace("_", "").isalnum() or not path.isascii():
        raise WrongSettings(
            f"RECEIVER_PATH is not a secret path: {SHORTEST_PATH} or more letters, digits, - and _. "
            "Make one with: openssl rand -hex 16"
        )
    database = open_database(environment.get("DATABASE_URL") or "sqlite:///notifications.db")
    database.create_table()
    return Receiver(database, _keys(environment), path, _clock(environment))


def _keys(environment: Mapping[str, str]) -> tuple[str, ...]:
    try:
        keys = json.loads(environment.get("LIVE_RECORDING_CALLBACK_KEYS") or "{}")
    except ValueError:
        keys = None
    if not isinstance(keys, dict) or not keys or not all(isinstance(key, str) and key for key in keys.values()):
        raise WrongSettings(
            'LIVE_RECORDING_CALLBACK_KEYS is not a JSON object of callback keys, such as {"callbacks": "KEY"}. '
            "Without a key anyone can send notifications."
        )
    return tuple(keys.values())


def _clock(environment: Mapping[str, str]) -> Callable[[], datetime]:
    simulated = environment.get("LIVE_RECORDING_NOW")
    if not simulated:
        return lambda: datetime.now(UTC)
    now = datetime.fromisoformat(simulated)
    print(f"Simulated time: {simulated}. For rehearsals with the emulator only.", file=sys.stderr, flush=True)
    return lambda: now


def main() -> None:
    """Serve until the process ends."""
    parser = argparse.ArgumentParser(description="Receive and store notifications of the vendor's callbacks.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8080, help="port, 0: a free one (default: %(default)s)")
    parser.add_argument("--check", action="store_true", help="check the settings and the database, and end")
    options = parser.parse_args()
    try:
        receiver = receiver_from(os.environ)
    except (WrongSettings, DatabaseError) as error:
        sys.exit(str(error))
    if options.check:
        print(f"Ready. Callback keys: {len(receiver.keys)}; stores in {receiver.database.name}.")
        return
    server = create_server(
        receiver, host=options.host, port=options.port, ident=None, max_request_body_size=LARGEST, threads=8
    )
    address = f"http://{options.host}:{server.effective_port}/RECEIVER_PATH"
    print(f"Listening on {address}; stores in {receiver.database.name}.", flush=True)
    server.run()


if __name__ == "__main__":
    main()
