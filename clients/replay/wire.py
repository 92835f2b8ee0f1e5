"""Plain HTTP to the server under test: the bytes of the documented exchange go out as they are."""

import http.client
import json
import os
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    def json(self):
        return json.loads(self.body)

    def error(self):
        """What the error body says, in one line."""
        try:
            error = self.json()["error"]
            return f"{self.status} {error['code']}: {error['message']}"
        except (ValueError, KeyError, TypeError):
            return f"{self.status} {self.body[:200]!r}"


class Server:
    """The server under test, as the signed-in administrator of its demo tenant."""

    def __init__(self):
        self.origin = urlsplit(os.environ["VITAE_URL"])
        self.user_id = os.environ["VITAE_USER_ID"]
        self.token = os.environ["VITAE_TOKEN"]

    def ask(self, method, address, body=None, headers=None):
        """Sends a request. `body` is bytes, or a value that is written as JSON."""
        connection = http.client.HTTPConnection(self.origin.hostname, self.origin.port, timeout=30)
        fields = {"Authorization": f"Bearer {self.token}"}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
            fields["Content-Type"] = "application/json"
        fields.update(headers or {})
        try:
            connection.request(method, address, body, fields)
            response = connection.getresponse()
            lower = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, lower, response.read())
        finally:
            connection.close()
