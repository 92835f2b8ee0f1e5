"""The samples hold everything the SDK's classes can hold, and the server takes every member of every enum."""

import enum

import pytest

from catalog import COLLECTIONS, members
from samples import READ_ONLY, SERVER_OWNED, differences, known, sample, settable

pytestmark = pytest.mark.anyio


def enums():
    for collection in COLLECTIONS:
        for name, kind in settable(collection.model):
            if kind.model is not None and issubclass(kind.model, enum.Enum) and not kind.is_list:
                for member in known(kind.model):
                    yield pytest.param(collection, name, member, id=f"{collection}-{name}-{member.value}")


def test_a_profile_has_nineteen_collections():
    assert len(COLLECTIONS) == 19


@pytest.mark.parametrize("collection", COLLECTIONS, ids=str)
@pytest.mark.parametrize("variant", [0, 1])
def test_a_sample_leaves_nothing_unset(collection, variant):
    made = sample(collection.model, variant)
    set_here = {name for name, _ in members(collection.model) if getattr(made, name) is not None}
    all_there = {name for name, _ in members(collection.model)}
    assert all_there - set_here == SERVER_OWNED | READ_ONLY.get(collection.model.__name__, set())
    # What the SDK reads from the wire is as many members as it declares.
    assert len(made.get_field_deserializers()) - len(all_there) in (0, 1)


@pytest.mark.parametrize("collection", COLLECTIONS, ids=str)
def test_the_two_samples_differ_in_every_member(collection):
    found = {place.split("/")[1].split(":")[0] for place in differences(sample(collection.model), sample(collection.model, 1))}
    assert found == {name for name, _ in settable(collection.model)}


@pytest.mark.parametrize("collection, name, member", list(enums()))
async def test_takes_every_member_of_every_enum(admin, collection, name, member):
    item = collection.model()
    setattr(item, name, member)
    made = await collection.of(admin.me()).post(item)
    assert getattr(made, name) in (member, [member])
    await collection.item(admin.me(), made.id).delete()
