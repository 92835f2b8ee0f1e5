"""Several requests in one, made with the SDK's own batch classes.

These take every body of an answer for base64, though JSON stands there as it is: what was done is read back instead.
"""

import pytest
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph_beta.generated.models.skill_proficiency import SkillProficiency
from msgraph_core.requests.batch_request_builder import BatchRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_content_collection import BatchRequestContentCollection
from msgraph_core.requests.batch_request_item import BatchRequestItem

from graph import query

pytestmark = pytest.mark.anyio


def batch(*items):
    content = BatchRequestContent()
    for item in items:
        content.add_request(item.id, item)
    return content


async def send(client, *items):
    return await BatchRequestBuilder(client.request_adapter).post(batch(*items))


def raw(client, method, path, content=None):
    """A request that no builder makes."""
    request = RequestInformation()
    request.http_method, request.url = method, f"{client.request_adapter.base_url}{path}"
    request.content = content
    request.headers.add("Content-Type", "application/json")
    return request


@pytest.fixture(params=["me", "id", "upn"])
async def skills(request, admin, newcomer):
    """An own page, or another's by its id or name."""
    names = {"id": newcomer.id, "upn": newcomer.user_principal_name}
    person = admin.me() if request.param == "me" else admin.users.by_user_id(names[request.param])
    return person.profile.skills


async def test_reads_several_things_at_once(admin, newcomer):
    users, one = admin.users, admin.users.by_user_id(newcomer.id)
    answers = await send(
        admin,
        BatchRequestItem(admin.me().to_get_request_information(), "me"),
        BatchRequestItem(users.to_get_request_information(query(users, top=3, select=["id"])), "users"),
        BatchRequestItem(one.to_get_request_information(), "one"),
        BatchRequestItem(one.profile.skills.by_skill_proficiency_id("nothing").to_get_request_information(), "gone"),
    )
    assert answers.get_response_status_codes() == {"me": 200, "users": 200, "one": 200, "gone": 404}


async def test_dependent_requests_run_in_order(admin, skills):
    create = BatchRequestItem(skills.to_post_request_information(SkillProficiency(display_name="Batching")), "create")
    filtered = query(skills, filter="displayName eq 'Batching'", select=["id", "displayName"])
    read = BatchRequestItem(skills.to_get_request_information(filtered), "read", depends_on=[create])
    answers = await send(admin, create, read)
    assert answers.get_response_status_codes() == {"create": 201, "read": 200}
    [made] = (await skills.get(filtered)).value
    await skills.by_skill_proficiency_id(made.id).delete()


async def test_what_depends_on_a_failure_is_not_tried(admin, newcomer):
    skills = admin.users.by_user_id(newcomer.id).profile.skills
    missing = BatchRequestItem(skills.by_skill_proficiency_id("nothing").to_delete_request_information(), "missing")
    create = BatchRequestItem(
        skills.to_post_request_information(SkillProficiency(display_name="Never")), "create", depends_on=[missing]
    )
    alone = BatchRequestItem(skills.to_post_request_information(SkillProficiency(display_name="Alone")), "alone")
    answers = await send(admin, missing, create, alone)
    assert answers.get_response_status_codes() == {"missing": 404, "create": 424, "alone": 201}
    assert [item.display_name for item in (await skills.get()).value] == ["Alone"]


async def test_bodies_that_the_sdk_sends_in_base64_are_read_as_json(admin, skills):
    """What is JSON but no object goes in base64; it is refused as such, not as bytes."""
    address = skills.to_get_request_information().url.removeprefix(admin.request_adapter.base_url)
    answers = await send(admin, BatchRequestItem(raw(admin, Method.POST, address, b"[1]"), "list"))
    assert answers.get_response_status_codes() == {"list": 400}


async def test_changes_and_deletes(admin, newcomer):
    skills = admin.users.by_user_id(newcomer.id).profile.skills
    made = await skills.post(SkillProficiency(display_name="Before"))
    item = skills.by_skill_proficiency_id(made.id)
    change = BatchRequestItem(item.to_patch_request_information(SkillProficiency(display_name="After")), "change")
    read = BatchRequestItem(item.to_get_request_information(), "read", depends_on=[change])
    gone = BatchRequestItem(item.to_delete_request_information(), "gone", depends_on=[read])
    answers = await send(admin, change, read, gone)
    assert answers.get_response_status_codes() == {"change": 200, "read": 200, "gone": 204}
    assert (await skills.get()).value == []


async def test_more_than_twenty_go_in_several_batches(admin, newcomer):
    skills = admin.users.by_user_id(newcomer.id).profile.skills
    collection = BatchRequestContentCollection()
    for number in range(25):
        body = SkillProficiency(display_name=f"Skill {number:02}")
        collection.add_batch_request_item(BatchRequestItem(skills.to_post_request_information(body), str(number)))
    await BatchRequestBuilder(admin.request_adapter).post(collection)
    found = await skills.get(query(skills, top=999))
    assert sorted(item.display_name for item in found.value) == [f"Skill {number:02}" for number in range(25)]
