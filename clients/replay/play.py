"""Plays one exchange: makes what it needs, sends what the document prints, compares the answer."""

import json
import re
from urllib.parse import urlsplit

from compare import RENAMED, Comparison
from values import BEFORE, bare, creatable, filled, merged, without

TRAILING_COMMA = re.compile(rb",(?=\s*[}\]])")


class Mismatch(Exception):
    """The server answered otherwise than documented."""


class Play:
    def __init__(self, server, exchange):
        self.server = server
        self.exchange = exchange
        self.met = set()

    def run(self):
        """Sends the exchange to every address it stands for; the last answer in one line."""
        for address in self.exchange.addresses:
            # A page of nothing but what the document shows makes lists and profiles comparable.
            self.expect(self.server.ask("DELETE", "/beta/me/profile"), 204)
            address = address.replace("{userId}", self.server.user_id)
            line = self.on_profile(address) if is_profile(address) else self.on_collection(address)
        return line

    def later(self):
        """An exchange of a later part: refused, and clearly so."""
        address = self.exchange.addresses[0]
        answer = self.server.ask(self.exchange.method, address, self.exchange.request, self.exchange.headers)
        if answer.status not in (400, 501):
            raise Mismatch(f"expected 400 or 501 until it is served, found {answer.error()}")
        return answer.error()

    # The three kinds of exchange.

    def on_profile(self, address):
        shown = bare(filled(self.exchange.response))
        shown = {RENAMED.get(name, name): value for name, value in shown.items()}
        collections = {name: items for name, items in shown.items() if isinstance(items, list)}
        for name, items in collections.items():
            for item in items:
                self.expect(self.server.ask("POST", f"/beta/me/profile/{name}", creatable(item)), 201)
        answer = self.send(address)
        profile = answer.json()
        if profile.get("id") != self.server.user_id:
            raise Mismatch(f"/id expected {self.server.user_id}, found {profile.get('id')!r}")
        for name, items in collections.items():
            if name not in profile:
                raise Mismatch(f"/{name} is missing")
            self.compare_list(name, items, profile[name], f"/{name}")
        return str(answer.status)

    def on_collection(self, address):
        method, shown = self.exchange.method, bare(filled(self.exchange.response))
        if method == "POST":
            return self.create(address, shown)
        if method == "GET" and "value" in shown:
            path = urlsplit(address).path
            for item in shown["value"]:
                self.expect(self.server.ask("POST", path, creatable(item)), 201)
            answer = self.send(address)
            self.compare_list(collection_of(path), shown["value"], answer.json().get("value"), "/value")
            return str(answer.status)
        return self.on_item(address, shown)

    def on_item(self, address, shown):
        collection, name = address.rsplit("/", 1)[0], collection_of(address)
        changes = bare(filled(json.loads(self.exchange.request))) if self.exchange.request else {}
        before = creatable(shown) if shown else {}
        before = merged(without(before, changes), BEFORE.get(self.exchange.name, {}))
        made = self.expect(self.server.ask("POST", collection, before), 201).json()
        item = f"{collection}/{made['id']}"
        if changes:
            self.refuse_placeholders(self.exchange.method, item)
        answer = self.send(item, filled_request(self.exchange))
        if self.exchange.method == "DELETE":
            if answer.body:
                raise Mismatch(f"expected no body, found {answer.body[:80]!r}")
            self.expect(self.server.ask("GET", item), 404)
            return str(answer.status)
        self.compare_item(name, shown, merged(before, changes), answer.json())
        if changes:
            # What was answered is what is kept.
            self.compare_item(name, shown, merged(before, changes), self.server.ask("GET", item).json())
        return str(answer.status)

    def create(self, address, shown):
        name = collection_of(address)
        if self.exchange.malformed:
            said = self.refuse_comma(address)
        else:
            said = self.refuse_placeholders("POST", address)
        answer = self.send(address, filled_request(self.exchange))
        sent = bare(json.loads(filled_request(self.exchange)))
        self.compare_item(name, shown, sent, answer.json())
        location = urlsplit(answer.headers.get("location", ""))
        self.compare_item(name, shown, sent, self.expect(self.server.ask("GET", location.path), 200).json())
        return f"{said}{answer.status}"

    # Requests that have to be refused as they are printed.

    def refuse_comma(self, address):
        body = self.exchange.request
        answer = self.server.ask("POST", address, body, self.exchange.headers)
        self.expect(answer, 400)
        before = body[: TRAILING_COMMA.search(body).start()]
        line, column = before.count(b"\n") + 1, len(before.rsplit(b"\n", 1)[-1].decode()) + 1
        message = answer.json()["error"]["message"]
        if f"line {line}, column {column}" not in message:
            raise Mismatch(f"the comma is at line {line}, column {column}, but the answer is {answer.error()}")
        return f"400 at line {line}, column {column}, mended "

    def refuse_placeholders(self, method, address):
        places = []
        filled(json.loads(self.exchange.request), replaced=places)
        if not places:
            return ""
        answer = self.expect(self.server.ask(method, address, self.exchange.request, self.exchange.headers), 400)
        error = answer.json()["error"]
        found = {detail.get("target") for detail in error.get("details", [])} or {error.get("target")}
        if found != set(places):
            raise Mismatch(f"expected the placeholders at {sorted(places)} to be refused, found {answer.error()}")
        return f"400 at {len(places)} placeholders, filled in "

    # Sending and comparing.

    def send(self, address, body=None):
        answer = self.server.ask(self.exchange.method, address, body, self.exchange.headers)
        self.expect(answer, self.exchange.status)
        if self.exchange.response is not None and not answer.headers.get("content-type", "").startswith("application/json"):
            raise Mismatch(f"expected application/json, found {answer.headers.get('content-type')!r}")
        return answer

    def expect(self, answer, status):
        if answer.status != status:
            raise Mismatch(f"expected {status}, found {answer.error()}")
        return answer

    def compare_list(self, name, shown, answered, pointer):
        if not isinstance(answered, list) or len(answered) != len(shown):
            raise Mismatch(f"{pointer} expected a list of {len(shown)}, found {answered!r}")
        for item, found in zip(shown, answered):
            self.compare_item(name, item, creatable(item), found)

    def compare_item(self, name, shown, supplied, answered):
        comparison = Comparison(self.exchange.name, name)
        comparison.item(shown, supplied, answered)
        self.met |= comparison.contradictions
        if comparison.faults:
            raise Mismatch("; ".join(comparison.faults))


def is_profile(address):
    return urlsplit(address).path.rstrip("/").endswith("/profile")


def collection_of(address):
    """The collection that an address below a profile names."""
    segments = urlsplit(address).path.strip("/").split("/")
    below = segments.index("profile") if "profile" in segments else segments.index("responsibilities") - 1
    return RENAMED.get(segments[below + 1], segments[below + 1])


def filled_request(exchange):
    """The documented body with valid values and without a trailing comma."""
    if exchange.request is None:
        return None
    body = json.loads(TRAILING_COMMA.sub(b"", exchange.request))
    return json.dumps(filled(body), ensure_ascii=False).encode()
