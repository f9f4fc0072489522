"""The database of a receiver: each notification once, in one table of SQLite or PostgreSQL.

A receiver stores events, `live-recording verify --events` reads them. Needs the packages of the extra `receiver`.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    insert,
    inspect,
    select,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from live_recording.callbacks.events import LONGEST_KEY, AnyEvent, InvalidNotification, parse

NOTIFICATIONS = Table(
    "notifications",
    MetaData(),
    Column("key", String(LONGEST_KEY), primary_key=True),  # the same in every delivery of an event
    Column("event_type", Integer, nullable=False),
    Column("domain", Text, nullable=False),
    Column("app", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("event_time", BigInteger, nullable=False),  # Unix seconds
    Column("received_at", BigInteger, nullable=False),  # Unix seconds
    Column("body", Text, nullable=False),  # JSON, without secrets
    Index("notifications_by_time", "event_type", "event_time"),
)
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
"""Scheme of a URL -> SQLAlchemy's name of dialect and driver."""
TIMEOUT = 5
"""Seconds to wait for a connection or a lock: the vendor waits 20 s for the answer (CN:32744)."""
CONNECT: dict[str, dict[str, object]] = {
    "sqlite": {"timeout": TIMEOUT},
    "postgresql": {"connect_timeout": TIMEOUT, "client_encoding": "utf8"},
}
READ_ONLY = {"sqlite": {}, "postgresql": {"options": "-c default_transaction_read_only=on"}}


class DatabaseError(Exception):
    """The database cannot be used; the text is a sentence without password."""


@dataclass(frozen=True, slots=True)
class EventDatabase:
    """The notifications of one receiver."""

    name: str
    engine: Engine

    def create_table(self) -> None:
        """Create the table, unless it exists. Raises DatabaseError if it has other columns."""
        with suppress(SQLAlchemyError):  # two receivers may start at once: the second one finds the table
            NOTIFICATIONS.create(self.engine, checkfirst=True)
        self.check_table()

    def check_table(self) -> None:
        """Raise DatabaseError unless the table exists and has our columns."""
        with self._errors():
            tables = inspect(self.engine)
            found = {column["name"] for column in tables.get_columns(NOTIFICATIONS.name)} if self._has_table() else None
        if found is None:
            raise DatabaseError(
                f"{self.name} has no table {NOTIFICATIONS.name}. Name the database of a receiver; it creates the table."
            )
        if missing := sorted({column.name for column in NOTIFICATIONS.columns} - found):
            raise DatabaseError(
                f"{self.name}: the table {NOTIFICATIONS.name} has no column {', '.join(missing)}: it is not one of a receiver."
            )

    def store(self, event: AnyEvent, now: datetime) -> bool:
        """Store an event and return True, or return False if it is stored already. Raises DatabaseError."""
        row = {
            "key": event.deduplication_key,
            "event_type": event.event_type,
            "domain": event.domain,
            "app": event.app,
            "stream": event.stream,
            "event_time": int(event.at.timestamp()),
            "received_at": int(now.timestamp()),
            "body": json.dumps(event.raw),
        }
        with self._errors():
            try:
                with self.engine.begin() as connection:
                    connection.execute(insert(NOTIFICATIONS).values(row))
            except IntegrityError:
                return False
        return True

    def read(self, event_types: Iterable[int], since: datetime, until: datetime) -> Iterator[AnyEvent]:
        """Yield the events of these types in a period, oldest first. Raises DatabaseError."""
        table = NOTIFICATIONS.c
        wanted = select(table.body).where(
            table.event_type.in_(tuple(event_types)),
            table.event_time.between(int(since.timestamp()), int(until.timestamp())),
        )
        with self._errors(), self.engine.connect() as connection:
            bodies = connection.execute(wanted.order_by(table.event_time, table.key)).scalars().all()
        for body in bodies:
            with suppress(InvalidNotification):
                yield parse(str(body).encode())

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()

    def _has_table(self) -> bool:
        return inspect(self.engine).has_table(NOTIFICATIONS.name)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise DatabaseError(f"{self.name} cannot be used: {_first_line(error)}") from None


def open_database(url: str, *, read_only: bool = False) -> EventDatabase:
    """Return the database of a URL, such as sqlite:///notifications.db or postgresql://user@host/name.

    With *read_only* nothing is created or changed. Raises DatabaseError.
    """
    parsed = _parse(url)
    dialect = parsed.get_backend_name()
    name = parsed.set(query={}).render_as_string(hide_password=True)
    arguments = CONNECT[dialect]
    if read_only:
        parsed = _read_only_file(parsed)
        arguments = arguments | READ_ONLY[dialect]
    try:
        return EventDatabase(name, create_engine(parsed, connect_args=arguments, pool_pre_ping=True))
    except ImportError as error:
        raise DatabaseError(f"{name}: the driver is missing: {error}. Install live-recording[receiver].") from None


def _parse(url: str) -> URL:
    scheme, colon, rest = url.partition(":")
    driver = DRIVERS.get(scheme.partition("+")[0])
    if driver is None or not colon:
        # Not repeated: it may contain a password.
        raise DatabaseError("Unknown kind of database. Its URL must begin with sqlite:/// or postgresql://.")
    try:
        return make_url(f"{driver}:{rest}")
    except (SQLAlchemyError, ValueError):
        raise DatabaseError(
            "The URL of the database is not valid. Expected sqlite:///FILE or postgresql://USER@HOST/NAME."
        ) from None


def _read_only_file(url: URL) -> URL:
    """Return the URL with which SQLite creates no file and changes none."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return url
    return url.set(database=f"file:{url.database}", query={"mode": "ro", "uri": "true"})


def _first_line(error: SQLAlchemyError) -> str:
    """Return what the driver says, without SQL, values and the address of SQLAlchemy's help."""
    original = getattr(error, "orig", None) or error
    lines = str(original).strip().splitlines()
    return lines[0] if lines else type(original).__name__
