"""The profile itself: everything inlined, narrowed, emptied."""

import pytest
from msgraph_beta.generated.models.profile import Profile

from catalog import COLLECTIONS
from graph import query, refusal
from samples import differences, sample

pytestmark = pytest.mark.anyio

MODELS = {collection.name: collection.model for collection in COLLECTIONS}


@pytest.fixture
async def profile(admin, newcomer):
    """The page of somebody with two items in every collection."""
    person = admin.users.by_user_id(newcomer.id)
    for collection in COLLECTIONS:
        for variant in (0, 1):
            await collection.of(person).post(sample(collection.model, variant))
    return person.profile


async def test_holds_every_collection_whole(profile, newcomer):
    whole = await profile.get()
    assert whole.id == newcomer.id
    for collection in COLLECTIONS:
        items = getattr(whole, collection.name)
        assert len(items) == 2, collection.name
        for variant, item in enumerate(items):
            assert differences(sample(collection.model, variant), item) == [], collection.name
        assert f"{wire_name(collection)}@odata.context" in whole.additional_data


async def test_selects_collections(profile):
    narrowed = await profile.get(query(profile, select=["names", "skills"]))
    assert len(narrowed.names) == len(narrowed.skills) == 2
    assert {name for name in map(str, COLLECTIONS) if getattr(narrowed, name) is not None} == {"names", "skills"}


async def test_expands_with_nested_selections(profile):
    options = query(profile, expand=["names($select=first,last)", "skills($select=displayName)"])
    narrowed = await profile.get(options)
    name, skill = sample(MODELS["names"]), sample(MODELS["skills"])
    assert (narrowed.names[0].first, narrowed.names[0].last) == (name.first, name.last)
    assert (narrowed.names[0].middle, narrowed.names[0].created_by) == (None, None)
    assert (narrowed.skills[0].display_name, narrowed.skills[0].proficiency) == (skill.display_name, None)


async def test_selects_properties_of_an_item(profile):
    skill = (await profile.skills.get()).value[0]
    builder = profile.skills.by_skill_proficiency_id(skill.id)
    narrowed = await builder.get(query(builder, select=["displayName", "proficiency"]))
    assert (narrowed.display_name, narrowed.proficiency) == (skill.display_name, skill.proficiency)
    assert (narrowed.categories, narrowed.created_date_time) == (None, None)


async def test_has_nothing_of_its_own_to_change(profile):
    before = await profile.get()
    assert (await profile.patch(Profile())).id == before.id
    after = await profile.get()
    assert [item.id for item in after.skills] == [item.id for item in before.skills]
    error = await refusal(profile.patch(Profile(skills=[sample(MODELS["skills"])])))
    assert error.response_status_code == 400


async def test_deleting_it_empties_every_collection(profile):
    assert await profile.delete() is None
    empty = await profile.get()
    for collection in COLLECTIONS:
        assert getattr(empty, collection.name) == [], collection.name


def wire_name(collection):
    first, *rest = collection.name.split("_")
    return first + "".join(word.capitalize() for word in rest)
