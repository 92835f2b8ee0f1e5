"""The collections of a profile as the SDK knows them: its `Profile` class is the list, nothing is repeated here."""

import dataclasses
import importlib
import re
from dataclasses import dataclass

from msgraph_beta.generated.models.profile import Profile

MODELS = "msgraph_beta.generated.models"

# Members of every model class that belong to the SDK, not to the API.
PLUMBING = {"additional_data", "backing_store", "odata_type"}

ANNOTATION = re.compile(r"Optional\[(?P<list>list\[)?(?P<name>[\w.]+)\]?\]")


@dataclass(frozen=True)
class Kind:
    """What a member of a model class holds."""

    name: str
    is_list: bool

    @property
    def model(self):
        """The class of that name, or `None` for a primitive."""
        module = re.sub(r"(?<!^)(?=[A-Z])", "_", self.name).lower()
        if not self.name[0].isupper():
            return None
        return getattr(importlib.import_module(f"{MODELS}.{module}"), self.name)


def members(model):
    """The members of a model class and their kinds, inherited ones included."""
    for field in dataclasses.fields(model):
        if field.name in PLUMBING:
            continue
        match = ANNOTATION.fullmatch(field.type)
        assert match, f"{model.__name__}.{field.name} is declared in a new way: {field.type}"
        yield field.name, Kind(match["name"], match["list"] is not None)


@dataclass(frozen=True)
class Collection:
    """A collection of a profile."""

    name: str
    model: type

    def of(self, person):
        """The SDK's builder of the collection below a person's."""
        return getattr(person.profile, self.name)

    def item(self, person, id):
        """The SDK's builder of an item."""
        builder = self.of(person)
        by_id = next(name for name in dir(builder) if name.startswith("by_") and name.endswith("_id"))
        return getattr(builder, by_id)(id)

    def __str__(self):
        return self.name


COLLECTIONS = [Collection(name, kind.model) for name, kind in members(Profile) if name != "id"]
