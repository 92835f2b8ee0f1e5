"""People: listed, found by id and by name, made, changed, deleted with everything that was theirs."""

import datetime

import pytest
from msgraph_beta.generated.models.group import Group
from msgraph_beta.generated.models.password_profile import PasswordProfile
from msgraph_beta.generated.models.skill_proficiency import SkillProficiency
from msgraph_beta.generated.models.user import User

from graph import headers, query, refusal

pytestmark = pytest.mark.anyio

# Members that Graph answers without being asked.
DEFAULT = {
    "business_phones": ["+47 22 00 00 00", "+47 22 00 00 01"],
    "display_name": "Новый Сотрудник",
    "given_name": "Новый",
    "job_title": "Fjord Pilot",
    "mail": "pilot@fjord.example",
    "mobile_phone": "+47 90 00 00 00",
    "office_location": "Pier 4",
    "preferred_language": "nb-NO",
    "surname": "Сотрудник",
}
# Members that have to be selected, by their names on the wire.
FURTHER = {
    "aboutMe": ("about_me", "I bring ships in.\nAnd out."),
    "accountEnabled": ("account_enabled", False),
    "city": ("city", "Bergen"),
    "companyName": ("company_name", "Fjord Harbour"),
    "country": ("country", "Norway"),
    "department": ("department", "Pilotage"),
    "employeeId": ("employee_id", "0042"),
    "employeeType": ("employee_type", "Contractor"),
    "faxNumber": ("fax_number", "+47 22 00 00 09"),
    "hireDate": ("hire_date", datetime.datetime(2021, 8, 1, tzinfo=datetime.timezone.utc)),
    "otherMails": ("other_mails", ["one@example.com", "two@example.com"]),
    "postalCode": ("postal_code", "5003"),
    "state": ("state", "Vestland"),
    "streetAddress": ("street_address", "Bryggen 1"),
    "usageLocation": ("usage_location", "NO"),
}


def person(upn):
    made = User(
        account_enabled=True,
        mail_nickname=upn.split("@")[0],
        user_principal_name=upn,
        password_profile=PasswordProfile(password="kept nowhere"),
    )
    for name, value in [*DEFAULT.items(), *FURTHER.values()]:
        setattr(made, name, value)
    return made


async def test_the_signed_in_person_is_found_by_me_id_and_name(admin, ids):
    me = await admin.me().get()
    assert me.id == ids["admin"]
    for key in (me.id, me.user_principal_name, me.user_principal_name.upper()):
        found = await admin.users.by_user_id(key).get()
        assert (found.id, found.display_name, found.mail) == (me.id, me.display_name, me.mail)


async def test_lists_people(admin, ids):
    listed = {user.id: user for user in (await admin.users.get()).value}
    assert {ids["admin"], ids["employee"]} <= listed.keys()
    assert listed[ids["employee"]].user_principal_name == ids["employee_upn"]


async def test_makes_a_person_with_every_property(admin, new_upn):
    made = await admin.users.post(person(new_upn))
    builder = admin.users.by_user_id(made.id)
    select = [*FURTHER, "mailNickname", "createdDateTime"]
    for answered in (made, await builder.get(), await admin.users.by_user_id(new_upn).get()):
        for name, value in DEFAULT.items():
            assert getattr(answered, name) == value, name
        assert answered.user_principal_name == new_upn
    further = await builder.get(query(builder, select=select))
    for name, value in FURTHER.values():
        assert getattr(further, name) == value, name
    assert further.mail_nickname == new_upn.split("@")[0]
    assert further.created_date_time is not None
    assert further.password_profile is None
    await builder.delete()


async def test_a_name_can_be_had_once(admin, newcomer):
    error = await refusal(admin.users.post(person(newcomer.user_principal_name.upper())))
    assert error.response_status_code in (400, 409)
    assert error.error.code == "nameAlreadyExists"


async def test_changes_a_person(admin, newcomer):
    builder = admin.users.by_user_id(newcomer.id)
    await builder.patch(User(job_title="Harbour Master", department="Harbour", business_phones=["1"]))
    read = await builder.get(query(builder, select=["id", "jobTitle", "department", "businessPhones", "displayName"]))
    assert (read.job_title, read.department, read.business_phones) == ("Harbour Master", "Harbour", ["1"])
    assert read.display_name == newcomer.display_name


async def test_a_renamed_person_is_found_by_the_new_name_only(admin, newcomer):
    old, new = newcomer.user_principal_name, f"renamed.{newcomer.user_principal_name}"
    await admin.users.by_user_id(newcomer.id).patch(User(user_principal_name=new))
    assert (await admin.users.by_user_id(new).get()).id == newcomer.id
    error = await refusal(admin.users.by_user_id(old).get())
    assert error.error.code == "Request_ResourceNotFound"


async def test_heeds_the_etag_of_a_person(admin, newcomer):
    builder = admin.users.by_user_id(newcomer.id)
    seen = (await builder.get()).additional_data["@odata.etag"]
    await builder.patch(User(job_title="First"), headers(If_Match=seen))
    error = await refusal(builder.patch(User(job_title="Second"), headers(If_Match=seen)))
    assert (error.response_status_code, error.error.code) == (412, "resourceModified")
    assert (await builder.get()).job_title == "First"


async def test_nothing_is_left_of_a_deleted_person(admin, new_upn):
    made = await admin.users.post(person(new_upn))
    skills = admin.users.by_user_id(made.id).profile.skills
    skill = await skills.post(SkillProficiency(display_name="Vanishing"))
    assert await admin.users.by_user_id(made.id).delete() is None

    for key in (made.id, new_upn):
        gone = admin.users.by_user_id(key)
        for request in (
            gone.get(),
            gone.delete(),
            gone.profile.get(),
            gone.profile.skills.get(),
            gone.profile.skills.count.get(),
            gone.profile.skills.post(SkillProficiency(display_name="Haunting")),
            gone.profile.skills.by_skill_proficiency_id(skill.id).get(),
        ):
            error = await refusal(request)
            assert (error.response_status_code, error.error.code) == (404, "Request_ResourceNotFound")
    assert made.id not in [user.id for user in (await admin.users.get(query(admin.users, top=999))).value]

    # The name is free again, and whoever takes it inherits nothing.
    again = await admin.users.post(person(new_upn))
    assert again.id != made.id
    assert await admin.users.by_user_id(new_upn).profile.skills.count.get() == 0
    await admin.users.by_user_id(again.id).delete()


async def test_managers_reports_and_groups_are_people_and_groups(admin, ids):
    """The SDK declares them as directory objects, which have an id and nothing else."""
    manager = await admin.me().manager.get()
    assert isinstance(manager, User) and manager.display_name and manager.user_principal_name
    above = admin.users.by_user_id(manager.id)
    reports = (await above.direct_reports.get()).value
    assert all(isinstance(one, User) and one.display_name for one in reports)
    assert ids["admin"] in [one.id for one in reports]
    groups = (await admin.me().member_of.get()).value
    assert groups and all(isinstance(one, Group) and one.mail_nickname for one in groups)
    whole = await admin.me().get(query(admin.me(), expand=["manager", "memberOf"]))
    assert whole.manager.display_name == manager.display_name
    assert [one.display_name for one in whole.member_of] == [one.display_name for one in groups]
    # By type, as the SDK writes it: `memberOf/graph.group`.
    by_type = (await admin.me().member_of.graph_group.get()).value
    assert [one.id for one in by_type] == [one.id for one in groups]
    by_type = (await above.direct_reports.graph_user.get()).value
    assert [one.id for one in by_type] == [one.id for one in reports]
