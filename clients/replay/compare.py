"""Compares an answer with the documented one.

Every member that the document shows has to be there. Its value has to be what the client supplied, in this request or when the item
was made; else what the document shows. Server-owned values are compared by shape. Annotations do not count.
"""

import re

from values import SERVER_OWNED, SERVER_OWNED_TEXT

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6}[1-9]|\.[1-9])?Z")

# Names that a document prints and the wire does not have.
RENAMED = {"accounts": "account"}

# Members that are never null though older pages print null: the service supplies these values.
SUPPLIED = {("emails", "type"): "unknown", ("phones", "type"): "other"}

# Answers that show something the request does not account for. The first value is the one that has to be answered.
CONTRADICTIONS = {
    # The request sends generalProfessional.
    ("2021-profile-post-skills", "/proficiency"): ("generalProfessional", "advancedProfessional"),
    # Nobody asked for a narrower audience than the one documented as the default.
    ("2021-profile-post-patents", "/allowedAudiences"): ("organization", "me"),
    # Values that the request does not hold, so that nothing but null can be known of them.
    ("2021-profile-post-webaccounts", "/webUrl"): (None, "https://github.com/innocenty.popov"),
    ("2021-profile-post-patents", "/issuedDate"): (None, "2019-05-17"),
    ("2021-profile-post-certifications", "/endDate"): (None, "2024-02-29"),
    ("2021-profile-post-certifications", "/issuedDate"): (None, "2019-05-17"),
    ("2021-profile-post-certifications", "/startDate"): (None, "2020-01-31"),
    ("2021-profile-post-positions", "/detail/startMonthYear"): (None, "2017-03-01"),
}

ABSENT = object()


class Comparison:
    """Collects what is wrong with one answer. `contradictions` that were met are kept, so that none is listed in vain."""

    def __init__(self, exchange, collection):
        self.exchange = exchange
        self.collection = collection
        self.faults = []
        self.contradictions = set()

    def item(self, shown, supplied, answered, pointer=""):
        """An item of a collection."""
        if not isinstance(answered, dict):
            return self.fault(pointer, f"expected an object, found {answered!r}")
        for name, value in shown.items():
            place = f"{pointer}/{name}"
            if name not in answered:
                self.fault(place, "is missing")
            elif name in SERVER_OWNED:
                self.owned(name, value, answered[name], place)
            elif name in SERVER_OWNED_TEXT:
                self.check(isinstance(answered[name], str), place, f"expected text, found {answered[name]!r}")
            else:
                self.value(value, supplied.get(name, ABSENT), answered[name], place)

    def value(self, shown, supplied, answered, pointer):
        """A member that a client may write."""
        name = pointer.rsplit("/", 1)[1]
        if (self.exchange, pointer) in CONTRADICTIONS:
            answer, printed = CONTRADICTIONS[self.exchange, pointer]
            self.contradictions.add((self.exchange, pointer))
            self.check(shown == printed, pointer, f"the document shows {shown!r}, not {printed!r}")
            self.check(answered == answer, pointer, f"expected {answer!r}, found {answered!r}")
        elif isinstance(shown, dict):
            if not isinstance(answered, dict):
                return self.fault(pointer, f"expected an object, found {answered!r}")
            for member, value in shown.items():
                place = f"{pointer}/{member}"
                if member not in answered:
                    self.fault(place, "is missing")
                    continue
                part = supplied.get(member, ABSENT) if isinstance(supplied, dict) else ABSENT
                self.value(value, part, answered[member], place)
        else:
            expected = shown if supplied is ABSENT else supplied
            self.check(self.same(shown, expected, name), pointer, f"sent {expected!r}, the document shows {shown!r}")
            self.check(self.same(expected, answered, name), pointer, f"expected {expected!r}, found {answered!r}")

    def same(self, expected, found, name):
        """Equality, with the superseded shapes: a text where a list is now, null for an empty list or a supplied value."""
        if expected == found:
            return True
        if expected is None:
            return found == [] or found == SUPPLIED.get((self.collection, name), ABSENT)
        return isinstance(expected, str) and found == [expected]

    def owned(self, name, shown, answered, pointer):
        """A value that the server writes."""
        if name == "id":
            self.check(bool(GUID.fullmatch(str(answered))), pointer, f"expected a GUID, found {answered!r}")
        elif name.endswith("DateTime"):
            self.check(bool(INSTANT.fullmatch(str(answered))), pointer, f"expected an instant in UTC, found {answered!r}")
        elif not isinstance(answered, dict):
            self.fault(pointer, f"expected who did it, found {answered!r}")
        else:
            for member in shown:
                self.check(member in answered, f"{pointer}/{member}", "is missing")
            actors = [actor for actor in answered.values() if actor is not None]
            self.check(bool(actors), pointer, "names nobody")
            for actor in actors:
                self.check(set(actor) == {"id", "displayName"}, pointer, f"expected id and displayName, found {actor!r}")

    def check(self, holds, pointer, fault):
        if not holds:
            self.fault(pointer, fault)

    def fault(self, pointer, fault):
        self.faults.append(f"{pointer or '/'} {fault}")
