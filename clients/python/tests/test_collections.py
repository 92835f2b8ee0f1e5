"""Every collection of a profile, by every address of a person: create, read, list, count, change, send back whole, delete."""

import pytest

from catalog import COLLECTIONS
from graph import headers, refusal
from samples import differences, sample, settable, value

pytestmark = pytest.mark.anyio

# Whose page it is and how it is addressed; the administrator may write all of them.
ADDRESSES = {
    "me": lambda client, ids: client.me(),
    "id": lambda client, ids: client.users.by_user_id(ids["employee"]),
    "upn": lambda client, ids: client.users.by_user_id(ids["employee_upn"]),
}


@pytest.fixture(params=COLLECTIONS, ids=str)
def collection(request):
    return request.param


@pytest.fixture(params=ADDRESSES)
def person(request, admin, ids):
    return ADDRESSES[request.param](admin, ids)


@pytest.fixture
async def item(collection, person):
    """An item with everything set, as the server answered its creation."""
    return await collection.of(person).post(sample(collection.model))


async def test_creates_and_reads_back_every_property(collection, person, ids):
    sent = sample(collection.model)
    made = await collection.of(person).post(sent)
    assert differences(sent, made) == []
    assert made.created_by.user.id == ids["admin"]
    assert made.last_modified_by.user.id == ids["admin"]
    assert made.created_date_time == made.last_modified_date_time
    read = await collection.item(person, made.id).get()
    assert differences(sent, read) == []
    assert (read.id, read.created_date_time) == (made.id, made.created_date_time)


async def test_creates_from_nothing_with_the_defaults(collection, person):
    made = await collection.of(person).post(collection.model())
    assert [audience.value for audience in made.allowed_audiences] == ["organization"]
    assert made.created_by.user and not made.created_by.application
    for name, kind in settable(collection.model):
        if kind.is_list and name != "allowed_audiences":
            assert getattr(made, name) == [], f"{name} is a list and hence empty, not absent"


async def test_lists_and_counts(collection, person):
    builder = collection.of(person)
    before = await builder.count.get()
    sent = [sample(collection.model, variant) for variant in (0, 1)]
    made = [(await builder.post(item)).id for item in sent]
    assert await builder.count.get() == before + 2
    page = (await builder.get()).value
    assert len(page) == before + 2
    # The order is that of creation, so the new ones are last.
    assert [item.id for item in page[-2:]] == made
    for one, answered in zip(sent, page[-2:]):
        assert differences(one, answered) == []


async def test_changes_one_property_at_a_time(collection, person, item):
    builder = collection.item(person, item.id)
    expected = sample(collection.model)
    for name, kind in settable(collection.model):
        change = collection.model()
        setattr(change, name, value(name, kind, 1))
        setattr(expected, name, value(name, kind, 1))
        answered = await builder.patch(change)
        assert differences(expected, answered) == [], f"after a change of {name}"
    read = await builder.get()
    assert differences(sample(collection.model, 1), read) == []
    assert read.created_date_time == item.created_date_time
    assert read.last_modified_date_time > item.last_modified_date_time


async def test_accepts_an_item_that_was_read_changed_and_sent_back_whole(collection, person, item):
    builder = collection.item(person, item.id)
    whole = await builder.get()
    whole.is_searchable = True
    answered = await builder.patch(whole)
    expected = sample(collection.model)
    expected.is_searchable = True
    assert differences(expected, answered) == []
    assert answered.id == item.id
    assert answered.created_date_time == item.created_date_time


async def test_accepts_an_item_that_was_read_as_a_new_one(collection, person, item):
    copy = await collection.of(person).post(await collection.item(person, item.id).get())
    assert copy.id != item.id
    assert copy.created_date_time > item.created_date_time
    expected = sample(collection.model)
    # The SDK reads a flags enum as a list and does not write lists of them, so the copy has the default.
    expected.allowed_audiences = None
    copy.allowed_audiences = None
    assert differences(expected, copy) == []


async def test_deletes(collection, person, item):
    builder = collection.item(person, item.id)
    before = await collection.of(person).count.get()
    assert await builder.delete() is None
    assert await collection.of(person).count.get() == before - 1
    for request in (builder.get(), builder.delete(), builder.patch(sample(collection.model))):
        error = await refusal(request)
        assert (error.response_status_code, error.error.code) == (404, "itemNotFound")


async def test_heeds_the_etag(collection, person, item):
    builder = collection.item(person, item.id)
    seen = item.additional_data["@odata.etag"]
    changed = await builder.patch(sample(collection.model, 1), headers(If_Match=seen))
    assert changed.additional_data["@odata.etag"] != seen
    for request in (
        builder.patch(sample(collection.model), headers(If_Match=seen)),
        builder.delete(headers(If_Match=seen)),
    ):
        error = await refusal(request)
        assert (error.response_status_code, error.error.code) == (412, "resourceModified")
    assert differences(sample(collection.model, 1), await builder.get()) == []
    await builder.delete(headers(If_Match=changed.additional_data["@odata.etag"]))
