"""What is refused arrives as the SDK's own error, with a code to branch on and a message that says what was wrong."""

import os

import pytest
from msgraph_beta.generated.models.person_name import PersonName
from msgraph_beta.generated.models.skill_proficiency import SkillProficiency
from msgraph_beta.generated.models.user import User

from graph import client, headers, query, refusal

pytestmark = pytest.mark.anyio

NOBODY = "00000000-0000-4000-8000-000000000000"


def told(error):
    """Status, code and message; every refusal also says when it was and which request it belongs to."""
    inner = error.error.inner_error
    assert inner.date and inner.request_id and inner.client_request_id
    assert error.error.message
    return error.response_status_code, error.error.code, error.error.message


async def test_an_unknown_property_is_named_with_the_nearest_known_one(admin):
    body = SkillProficiency(additional_data={"displayNam": "Knots"})
    status, code, message = told(await refusal(admin.me().profile.skills.post(body)))
    assert (status, code) == (400, "RequestBodyRead")
    assert "displayNam" in message and "displayName" in message


async def test_a_wrong_enum_member_is_answered_with_the_right_ones(admin):
    body = SkillProficiency(additional_data={"proficiency": "guru"})
    error = await refusal(admin.me().profile.skills.post(body))
    status, code, message = told(error)
    assert (status, code) == (400, "BadRequest")
    assert "guru" in message and "expert" in message
    assert error.error.target == "/proficiency"


async def test_a_wrong_type_is_pointed_at(admin):
    body = SkillProficiency(additional_data={"inference": {"confidenceScore": "high"}})
    error = await refusal(admin.me().profile.skills.post(body))
    assert told(error)[:2] == (400, "BadRequest")
    assert error.error.target == "/inference/confidenceScore"


async def test_all_mistakes_are_told_at_once(admin):
    mistakes = {"colour": "red", "proficiency": "guru", "categories": "none", "isSearchable": "yes", "webUrl": "nowhere"}
    error = await refusal(admin.me().profile.skills.post(SkillProficiency(additional_data=mistakes)))
    assert told(error)[0] == 400
    assert {detail.target for detail in error.error.details} == {f"/{name}" for name in mistakes}
    assert all(detail.code and detail.message for detail in error.error.details)


async def test_nothing_is_kept_of_a_refused_item(admin):
    skills = admin.me().profile.skills
    before = await skills.count.get()
    await refusal(skills.post(SkillProficiency(display_name="Half", additional_data={"colour": "red"})))
    assert await skills.count.get() == before


async def test_a_missing_item(admin):
    skills = admin.me().profile.skills
    for request in (skills.by_skill_proficiency_id(NOBODY).get(), skills.by_skill_proficiency_id("no id at all").get()):
        assert told(await refusal(request))[:2] == (404, "itemNotFound")


async def test_a_missing_person(admin):
    for key in (NOBODY, "nobody@fjord.example"):
        status, code, message = told(await refusal(admin.users.by_user_id(key).profile.get()))
        assert (status, code) == (404, "Request_ResourceNotFound")
        assert key in message


async def test_a_page_size_out_of_range(admin):
    skills = admin.me().profile.skills
    status, _, message = told(await refusal(skills.get(query(skills, top=1000))))
    assert status == 400
    assert "top" in message and "999" in message


async def test_an_unknown_property_in_a_query(admin):
    skills = admin.me().profile.skills
    for options in (query(skills, select=["colour"]), query(skills, orderby=["colour"])):
        status, code, message = told(await refusal(skills.get(options)))
        assert (status, code) == (400, "RequestBroker--ParseUri")
        assert "colour" in message and "skillProficiency" in message


async def test_an_employee_may_not_write_the_page_of_another(employee, ids):
    other = employee.users.by_user_id(ids["admin"]).profile
    for request in (other.skills.post(SkillProficiency(display_name="Mine now")), other.names.post(PersonName()), other.delete()):
        status, code, message = told(await refusal(request))
        assert (status, code) == (403, "Authorization_RequestDenied")
        assert "User.ReadWrite.All" in message


async def test_an_employee_may_not_write_people(employee, ids):
    for request in (
        employee.users.by_user_id(ids["admin"]).delete(),
        employee.users.by_user_id(ids["admin"]).patch(User(job_title="Intern")),
        employee.users.post(User(display_name="Friend", user_principal_name="friend@fjord.example")),
    ):
        assert told(await refusal(request))[0] == 403


async def test_an_employee_does_write_their_own_page(employee):
    skills = employee.me().profile.skills
    made = await skills.post(SkillProficiency(display_name="Rigging"))
    await skills.by_skill_proficiency_id(made.id).delete()


async def test_what_another_keeps_for_themselves_does_not_exist(admin, employee, ids):
    hidden = SkillProficiency(display_name="Lockpicking", additional_data={"allowedAudiences": "me"})
    made = await admin.me().profile.skills.post(hidden)
    seen = employee.users.by_user_id(ids["admin"]).profile.skills
    assert made.id not in [item.id for item in (await seen.get()).value]
    assert told(await refusal(seen.by_skill_proficiency_id(made.id).get()))[:2] == (404, "itemNotFound")
    assert await seen.count.get() == len((await seen.get()).value)
    await admin.me().profile.skills.by_skill_proficiency_id(made.id).delete()


async def test_an_app_has_no_page_of_its_own_but_reads_those_of_people(app, ids):
    status, code, message = told(await refusal(app.me().profile.get()))
    assert (status, code) == (400, "BadRequest")
    assert message.startswith("/me request is only valid with delegated authentication flow.")
    assert (await app.users.by_user_id(ids["employee"]).profile.get()).id == ids["employee"]
    writing = app.users.by_user_id(ids["employee"]).profile.skills.post(SkillProficiency(display_name="Botany"))
    assert told(await refusal(writing))[:2] == (403, "Authorization_RequestDenied")


@pytest.mark.parametrize("token", ["no token at all", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
async def test_a_bad_token(token):
    assert told(await refusal(client(token).me().get()))[:2] == (401, "InvalidAuthenticationToken")


async def test_an_altered_token():
    head, claims, signature = os.environ["VITAE_PLAIN_TOKEN"].split(".")
    stolen = ".".join([head, os.environ["VITAE_TOKEN"].split(".")[1], signature])
    assert told(await refusal(client(stolen).me().get()))[:2] == (401, "InvalidAuthenticationToken")


async def test_the_request_id_of_the_client_comes_back(admin):
    id = "6f0c7d1e-3d0b-4c60-9c0e-0a1b2c3d4e5f"
    error = await refusal(admin.users.by_user_id(NOBODY).get(headers(client_request_id=id)))
    assert error.error.inner_error.client_request_id == id
    assert error.response_headers["client-request-id"] == id
