"""Sample objects with every settable member set, made by walking the SDK's model classes so that no member can be forgotten."""

import datetime
import enum

from catalog import members

# Written by the server; a body may hold them but they say nothing.
SERVER_OWNED = {"id", "created_by", "created_date_time", "last_modified_by", "last_modified_date_time"}
# Read-only members of one type.
READ_ONLY = {"UserAccountInformation": {"age_group", "user_principal_name"}}

# Members whose text has a form. Two values each, so that a change can be told from what was there.
FORMED = {
    "tag": ("nb-NO", "zh-Hant-TW"),
    "language_tag": ("en-GB", "sr-Latn-RS"),
    "locale": ("fr-CA", "is-IS"),
    "country_code": ("NO", "IS"),
    "collaboration_tags": ("askMeAbout", "wantsToLearn"),
    "address": ("ada.sample@fjord.example", "ada.other@fjord.example"),
    "user_principal_name": ("grace@fjord.example", "ada@fjord.example"),
}
NUMBERS = {"confidence_score": (0.75, 0.5), "latitude": (59.913868, -33.5), "longitude": (10.752245, 151.25)}


def settable(model):
    """The members that a client may write."""
    skipped = SERVER_OWNED | READ_ONLY.get(model.__name__, set())
    return [(name, kind) for name, kind in members(model) if name not in skipped]


def sample(model, variant=0):
    """An object of the class with all settable members set. The two variants differ in every member."""
    made = model()
    for name, kind in settable(model):
        setattr(made, name, value(name, kind, variant))
    return made


def value(name, kind, variant=0):
    """A value for a member."""
    if kind.is_list:
        return [single(name, kind, variant), single(name, kind, 1 - variant)]
    return single(name, kind, variant)


def single(name, kind, variant):
    model = kind.model
    if model is not None and issubclass(model, enum.Enum):
        # From the end: the first members are what the server fills in by itself.
        return known(model)[-1 - variant]
    if model is not None:
        return sample(model, variant)
    if kind.name == "str":
        return text(name, variant)
    if kind.name == "bool":
        return bool(variant)
    if kind.name == "int":
        return 3 + variant
    if kind.name == "float":
        return NUMBERS.get(name, (312.5, 0.25))[variant]
    if kind.name == "datetime.date":
        return (datetime.date(2004, 2, 29), datetime.date(1969, 12, 31))[variant]
    raise AssertionError(f"no sample for `{name}` of type {kind.name}")


def text(name, variant):
    if name in FORMED:
        return FORMED[name][variant]
    if name.endswith("_url"):
        return f"https://example.com/{name}/{variant}?a=b%20c#d"
    # Several scripts, a character beyond the first plane, and what JSON escapes.
    return f'{name} {variant}: Ærlig "sagt" \\ 力量 سلام 🏔'


def known(enumeration):
    """The members of an enum that a client may send: all but the one that stands for members yet to come."""
    return [member for member in enumeration if member.value != "unknownFutureValue"]


def differences(sent, answered, place=""):
    """Where what was answered is not what was sent, member by member."""
    if sent is None or isinstance(sent, (str, bool, int, float, datetime.date)) and not isinstance(sent, enum.Enum):
        return [] if answered == sent else [f"{place}: sent {sent!r}, answered {answered!r}"]
    if isinstance(sent, enum.Enum):
        # The SDK writes a flags enum as one member and reads it as a list.
        return [] if answered in (sent, [sent]) else [f"{place}: sent {sent!r}, answered {answered!r}"]
    if isinstance(sent, list):
        if not isinstance(answered, list) or len(answered) != len(sent):
            return [f"{place}: sent {sent!r}, answered {answered!r}"]
        pairs = zip(sent, answered)
        return [found for index, pair in enumerate(pairs) for found in differences(*pair, f"{place}/{index}")]
    if type(answered) is not type(sent):
        return [f"{place}: sent {sent!r}, answered {answered!r}"]
    return [
        found
        for name, _ in settable(type(sent))
        for found in differences(getattr(sent, name), getattr(answered, name), f"{place}/{name}")
    ]
