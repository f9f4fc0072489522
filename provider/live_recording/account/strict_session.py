"""The HTTP session for everything that is sent with a credential."""

import requests


class StrictSession(requests.Session):
    """Sends to the given address only: it follows no redirect, and reads neither .netrc nor proxy variables.

    The next host would get the credential and the body; an entry of .netrc would replace the credential.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return that there is nothing to follow."""
