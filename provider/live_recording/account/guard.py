"""The account guard: whose credentials these are, asked once per process, before the first call to the recording API.

A stack belongs to one account. With the credentials of another one nothing may be read: every object would seem deleted.
"""

import logging
import re
from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any

from live_recording.account.api_errors import AccessDenied, ApiError
from live_recording.config.settings import NAMESPACE, Settings
from live_recording.core.errors import ToolError

FINDING = "wrong-account"
HOW_TO_ALLOW = "Allow the action sts:GetCallerIdentity."
_LOG = logging.getLogger(__name__)
_ACCOUNT = re.compile("[0-9]{1,20}")


class WrongAccount(ToolError):
    """The credentials belong to another account than the stack; the message names both."""

    status = 1

    def __init__(self, sentence: str) -> None:
        super().__init__(f"{sentence} [{FINDING}]")
        self.sentence = sentence


class UnknownAccount(ToolError):
    """The account of the credentials cannot be determined, and the stack requires one."""


class AccountGuard:
    """Knows the account of the credentials. *ask* returns the answer of sts:GetCallerIdentity. Safe to share between threads."""

    def __init__(self, settings: Settings, ask: Callable[[], Mapping[str, Any]], *, warns: bool = True) -> None:
        self._settings = settings
        self._warns = warns
        self._ask = ask
        self._answer: tuple[str, str] | None = None  # the account, and why it is not known
        self._lock = RLock()

    def account(self) -> str:
        """Return the id of the account, or "" if STS does not answer; then warn once.

        Raises WrongAccount if another one is configured, UnknownAccount if one is configured and STS does not answer,
        AccessDenied if the credentials are invalid.
        """
        with self._lock:
            if self._answer is None:
                self._answer = self._identify()
        account, problem = self._answer
        required = self._settings.account
        if required and not account:
            raise UnknownAccount(
                f"The account of these credentials is unknown, and {NAMESPACE}:account requires {required}. {problem} "
                f"Nothing was read or changed. {HOW_TO_ALLOW}"
            )
        if required and account != required:
            raise WrongAccount(
                f"These credentials belong to account {account}, but {NAMESPACE}:account is {required}. Nothing was read "
                f"or changed. Use credentials of account {required}."
            )
        return account

    def require(self, remembered: str) -> None:
        """Raise WrongAccount if the state *remembered* another account than that of the credentials."""
        account = self.account()
        if account and remembered and account != remembered:
            raise WrongAccount(
                f"These credentials belong to account {account}, but the stack's state is of account {remembered}. "
                f"Nothing was changed. Use credentials of account {remembered}."
            )

    def is_verified(self, remembered: str) -> bool:
        """Return whether this surely is the account of the state: both are known, by the state or by the config."""
        account = self.account()
        return bool(account) and account in (remembered, self._settings.account)

    def _identify(self) -> tuple[str, str]:
        try:
            account = str(self._ask().get("AccountId"))
            return account if _ACCOUNT.fullmatch(account) else "", "GetCallerIdentity named no account."
        except AccessDenied as error:
            if not error.code.endswith("UnauthorizedOperation"):
                raise
            return self._unknown(error)
        except ApiError as error:
            return self._unknown(error)

    def _unknown(self, error: ApiError) -> tuple[str, str]:
        if self._warns and not self._settings.account:
            _LOG.warning(
                "Warning: the account of these credentials is unknown, so it is not compared with the state. %s %s",
                error,
                HOW_TO_ALLOW,
            )
        return "", str(error)
