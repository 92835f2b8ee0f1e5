"""Lists longer than a page, followed with the SDK's own iterator."""

import pytest
from msgraph_beta.generated.models.skill_proficiency import SkillProficiency
from msgraph_core.tasks.page_iterator import PageIterator

from graph import query

pytestmark = pytest.mark.anyio


async def followed(client, first):
    """All items from the first page on, and how many pages they came on."""
    items, pages = [], 1
    iterator = PageIterator(first, client.request_adapter)
    iterator.enumerate(lambda item: items.append(item) or True)
    while page := await iterator.next():
        iterator.current_page, iterator.pause_index = page, 0
        iterator.enumerate(lambda item: items.append(item) or True)
        pages += 1
    return items, pages


@pytest.fixture
async def skills(admin, newcomer):
    """The skills of somebody who has twenty-three, in the order in which they were made."""
    builder = admin.users.by_user_id(newcomer.id).profile.skills
    made = [await builder.post(SkillProficiency(display_name=f"Skill {number:02}")) for number in range(23)]
    return builder, [item.id for item in made]


@pytest.mark.parametrize("size, pages", [(1, 23), (5, 5), (7, 4), (22, 2), (23, 1), (24, 1)])
async def test_a_list_comes_whole_and_in_order(admin, skills, size, pages):
    builder, ids = skills
    first = await builder.get(query(builder, top=size))
    assert len(first.value) == min(size, len(ids))
    items, count = await followed(admin, first)
    assert [item.id for item in items] == ids
    assert count == pages


async def test_iterates_over_all_pages_in_one_call(admin, skills):
    builder, ids = skills
    seen = []
    iterator = PageIterator(await builder.get(query(builder, top=4)), admin.request_adapter)
    await iterator.iterate(lambda item: seen.append(item.id) or True)
    assert seen == ids


async def test_pages_keep_the_options_of_the_first(admin, skills):
    builder, ids = skills
    options = query(builder, top=5, skip=2, select=["displayName"], orderby=["displayName desc"], count=True)
    first = await builder.get(options)
    assert first.odata_count == len(ids)
    items, pages = await followed(admin, first)
    assert [item.display_name for item in items] == [f"Skill {number:02}" for number in reversed(range(21))]
    assert [item.created_date_time for item in items] == [None] * 21
    assert pages == 5


async def test_what_is_deleted_meanwhile_neither_repeats_nor_hides_others(admin, newcomer, skills):
    builder, ids = skills
    first = await builder.get(query(builder, top=5))
    for gone in (ids[0], ids[4], ids[10]):
        await builder.by_skill_proficiency_id(gone).delete()
    items, _ = await followed(admin, first)
    assert [item.id for item in items] == [id for id in ids if id != ids[10]]


async def test_people_come_on_pages_too(admin):
    everyone = await admin.users.get(query(admin.users, top=999))
    items, pages = await followed(admin, await admin.users.get(query(admin.users, top=7)))
    assert [item.id for item in items] == [item.id for item in everyone.value]
    assert len(items) >= 50 and pages > 2
