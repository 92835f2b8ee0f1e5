"""Valid values for what the documents print instead of values, and the bodies made of them.

A placeholder is replaced only where the printed text is not a value of the property: "String" is a fine `displayName`, but no
audience. Where it is replaced, the request is also sent as printed, and the server has to refuse exactly these members.
"""

import copy

# By property and printed text. None of the values is what the service would have filled in by itself, where there is a choice.
PLACEHOLDERS = {
    # Flags enum; anything but the default, `organization`, so that keeping it is seen.
    ("allowedAudiences", "String"): "everyone",
    # Edm.Double between 0 and 1, exact in binary.
    ("confidenceScore", "Double"): 0.75,
    # False, because true is what an absent value counts as.
    ("isSearchable", "Boolean"): False,
    # A member that both the level of a skill and the level of a language have.
    ("proficiency", "String"): "elementary",
    # BCP 47 has no space.
    ("tag", "Tag value"): "nb-NO",
    # Links are absolute http(s) addresses.
    ("webUrl", "String"): "https://example.com/web",
    ("thumbnailUrl", "String"): "https://example.com/thumbnail",
    # Without a scheme: printed in an answer, and hence needed in the item that the answer shows.
    ("webUrl", "www.lyndamer.no"): "https://www.lyndamer.no",
    # Edm.Date.
    ("date", "Date"): "1980-01-08",
    ("issuedDate", "Date"): "2019-05-17",
    ("publishedDate", "Date"): "2018-11-30",
    ("startDate", "Date"): "2020-01-31",
    ("endDate", "Date"): "2024-02-29",
    ("startMonthYear", "Date"): "2004-09-01",
    ("endMonthYear", "Date"): "2008-06-01",
    ("completionMonthYear", "Date"): "2008-05-01",
    ("startMonthYear", "datetime-value"): "2017-03-01",
    ("endMonthYear", "datetime-value"): "2017-09-01",
}

# Written by the server, whatever a body says. `ageGroup` and `userPrincipalName` are read-only members of an account.
SERVER_OWNED = ["id", "createdBy", "createdDateTime", "lastModifiedBy", "lastModifiedDateTime"]
SERVER_OWNED_TEXT = ["ageGroup", "userPrincipalName"]

# Collections that older pages print as null. A collection is never null, so an item is made without them.
COLLECTIONS = ["categories", "collaborationTags", "colleagues", "sponsors", "activities", "awards", "fieldsOfStudy"]

# What an item holds before a PATCH that sets a member to its default: otherwise the PATCH would change nothing.
BEFORE = {
    "2021-itemphone-update": {"type": "mobile"},
    "2021-languageproficiency-update": {"allowedAudiences": "me"},
    "2021-personannotation-update": {"allowedAudiences": "me"},
    "2021-workposition-update": {"isCurrent": False},
}


def filled(value, name=None, pointer="", replaced=None):
    """A copy of a documented value with valid values for placeholders. The places of these are added to `replaced`."""
    if isinstance(value, dict):
        return {key: filled(member, key, f"{pointer}/{key}", replaced) for key, member in value.items()}
    if isinstance(value, list):
        return [filled(item, name, f"{pointer}/{index}", replaced) for index, item in enumerate(value)]
    if isinstance(value, str) and (name, value) in PLACEHOLDERS:
        if replaced is not None:
            replaced.append(pointer)
        return PLACEHOLDERS[name, value]
    return value


def bare(value):
    """A copy without annotations."""
    if isinstance(value, dict):
        return {key: bare(member) for key, member in value.items() if "@" not in key}
    if isinstance(value, list):
        return [bare(item) for item in value]
    return value


def creatable(item):
    """The body that makes a documented item: what its answer shows less what only the server writes."""
    body = bare(filled(item))
    for name in SERVER_OWNED + SERVER_OWNED_TEXT:
        body.pop(name, None)
    return without_null_collections(body)


def without_null_collections(value):
    if isinstance(value, dict):
        return {
            key: without_null_collections(member)
            for key, member in value.items()
            if not (member is None and key in COLLECTIONS)
        }
    if isinstance(value, list):
        return [without_null_collections(item) for item in value]
    return value


def without(item, changes):
    """A copy of an item without the members that a change sets, complex values member by member."""
    rest = copy.deepcopy(item)
    for name, change in changes.items():
        if isinstance(change, dict) and isinstance(rest.get(name), dict):
            rest[name] = without(rest[name], change)
        else:
            rest.pop(name, None)
    return rest


def merged(item, changes):
    """A copy of an item with a change applied as PATCH does: complex values member by member, everything else whole."""
    whole = copy.deepcopy(item)
    for name, change in changes.items():
        if isinstance(change, dict) and isinstance(whole.get(name), dict):
            whole[name] = merged(whole[name], change)
        else:
            whole[name] = copy.deepcopy(change)
    return whole
