"""What the SDK hands through of HTTP itself: headers, conditional reads, null."""

import pytest
from kiota_http.middleware.options import HeadersInspectionHandlerOption
from msgraph_beta.generated.models.skill_proficiency import SkillProficiency

from graph import headers
from samples import differences, sample

pytestmark = pytest.mark.anyio


def inspected(configuration):
    """Lets the SDK keep the response's headers."""
    option = HeadersInspectionHandlerOption()
    configuration.options = [option]
    return configuration, option.response_headers


async def test_a_created_item_is_where_the_answer_says(admin):
    configuration, answered = inspected(headers())
    made = await admin.me().profile.skills.post(sample(SkillProficiency), configuration)
    (location,) = answered.get("location")
    read = await admin.me().profile.skills.by_skill_proficiency_id("elsewhere").with_url(location).get()
    assert (read.id, differences(sample(SkillProficiency), read)) == (made.id, [])
    assert answered.get("etag") == {made.additional_data["@odata.etag"]}
    assert answered.get("odata-version") == {"4.0"}
    assert answered.get("request-id") == answered.get("client-request-id")


async def test_what_was_seen_already_is_not_sent_again(admin):
    skills = admin.me().profile.skills
    made = await skills.post(sample(SkillProficiency))
    builder = skills.by_skill_proficiency_id(made.id)
    assert await builder.get(headers(If_None_Match=made.additional_data["@odata.etag"])) is None
    changed = await builder.patch(sample(SkillProficiency, 1))
    read = await builder.get(headers(If_None_Match=made.additional_data["@odata.etag"]))
    assert read.additional_data["@odata.etag"] == changed.additional_data["@odata.etag"]


async def test_null_clears_and_absence_keeps(admin):
    skills = admin.me().profile.skills
    made = await skills.post(sample(SkillProficiency))
    # The SDK writes no null for its own members; this is how its users send one.
    cleared = await skills.by_skill_proficiency_id(made.id).patch(SkillProficiency(additional_data={"webUrl": None}))
    expected = sample(SkillProficiency)
    expected.web_url = None
    assert differences(expected, cleared) == []


async def test_several_audiences_are_kept(admin):
    body = SkillProficiency(additional_data={"allowedAudiences": "family, contacts"})
    made = await admin.me().profile.skills.post(body)
    assert [audience.value for audience in made.allowed_audiences] == ["family", "contacts"]
