"""The documented exchanges, and the requests that their addresses stand for."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

# Version segments that the documents print and that no service has: a test host of the authors, and a path of their disk
# with a backslash. Both stand for the version under which everything else is documented.
STRAY_ROOTS = ["localtest", "docs\\api"]
ROOT = "beta"
ROOTS = [ROOT, "v1.0"]

# A page whose title line says one address and whose example says another: both are sent.
TITLE_LINES = {"seed-003-add-languages-ref": "/beta/me/profile/languages/$ref"}

# Content-Length is left to the client: the printed ones count a body that was reformatted since.
IGNORED_HEADERS = {"content-length"}

# Settings at the address that they had in Graph before `/admin/people`, which is not served.
LATER = "/settings/profileCardProperties"


@dataclass
class Exchange:
    name: str
    method: str
    url: str
    headers: dict
    status: int
    request: bytes | None
    response: object | None
    malformed: bool
    notes: list = field(default_factory=list)

    @property
    def later(self):
        return LATER in self.url

    @property
    def addresses(self):
        """Every address to which the exchange is sent, most literal first. Item keys stay in braces."""
        title = TITLE_LINES.get(self.name)
        return [address(self.url)] + ([title] if title else [])


def address(url):
    """The path and query of a documented URL below a version root that exists."""
    parts = urlsplit(url)
    path = parts.path
    for stray in STRAY_ROOTS:
        path = path.replace(f"/{stray}/", f"/{ROOT}/", 1)
    # One page prints no host and no version.
    if path.split("/")[1] not in ROOTS:
        path = f"/{ROOT}{path}"
    return path + (f"?{parts.query}" if parts.query else "")


def load(folder: Path):
    """All exchanges, in the order of the index."""
    for entry in json.loads((folder / "index.json").read_text()):
        body, answer = (entry.get(part) for part in ("request_file", "response_file"))
        yield Exchange(
            name=entry["name"],
            method=entry["method"],
            url=entry["url"],
            headers={
                name: value for name, value in entry["request_headers"].items() if name.lower() not in IGNORED_HEADERS
            },
            status=entry["status"],
            request=(folder / body).read_bytes() if body else None,
            response=json.loads((folder / answer).read_text()) if answer else None,
            malformed=bool(body) and body.endswith(".malformed.json"),
            notes=entry["notes"],
        )
