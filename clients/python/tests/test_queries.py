"""Queries as applications write them with the SDK: on one's own page and on another's."""

import pytest
from msgraph_beta.generated.models.language_proficiency import LanguageProficiency
from msgraph_beta.generated.models.skill_proficiency import SkillProficiency
from msgraph_beta.generated.models.skill_proficiency_level import SkillProficiencyLevel
from msgraph_beta.generated.users.item.profile.skills.count.count_request_builder import CountRequestBuilder

from graph import query, refusal
from kiota_abstractions.base_request_configuration import RequestConfiguration

pytestmark = pytest.mark.anyio

# Name, level, categories; in the order in which they are made.
SKILLS = [
    ("Rust", SkillProficiencyLevel.Expert, ["professional", "systems"]),
    ("Chess", SkillProficiencyLevel.Elementary, ["hobby"]),
    ("O'Neil & Sons", None, []),
    ("Ærøskøbing 100%", SkillProficiencyLevel.GeneralProfessional, ["travel"]),
    (None, SkillProficiencyLevel.Expert, ["professional"]),
]


@pytest.fixture(params=["me", "id", "upn"])
async def page(request, admin, ids, newcomer):
    """The skills of a page that holds those and nothing else, addressed in each way."""
    if request.param == "me":
        builder = admin.me().profile.skills
        for item in (await builder.get()).value:
            await builder.by_skill_proficiency_id(item.id).delete()
    else:
        name = newcomer.id if request.param == "id" else newcomer.user_principal_name
        builder = admin.users.by_user_id(name).profile.skills
    for name, level, categories in SKILLS:
        await builder.post(SkillProficiency(display_name=name, proficiency=level, categories=categories))
    return builder


def names(page):
    return [item.display_name for item in page.value]


@pytest.mark.parametrize(
    "filter, expected",
    [
        ("displayName eq 'Rust'", ["Rust"]),
        ("displayName eq 'O''Neil & Sons'", ["O'Neil & Sons"]),
        ("displayName eq 'Ærøskøbing 100%'", ["Ærøskøbing 100%"]),
        ("displayName eq null", [None]),
        ("proficiency eq 'expert'", ["Rust", None]),
        ("proficiency in ('elementary','generalProfessional')", ["Chess", "Ærøskøbing 100%"]),
        ("startswith(displayName,'R') or contains(tolower(displayName),'ess')", ["Rust", "Chess"]),
        ("not startswith(displayName,'R')", ["Chess", "O'Neil & Sons", "Ærøskøbing 100%"]),
        ("categories/any(c:c eq 'professional')", ["Rust", None]),
        ("categories/all(c:startswith(c,'h'))", ["Chess", "O'Neil & Sons"]),
        ("categories/$count gt 1", ["Rust"]),
        ("length(displayName) gt 4 and proficiency ne 'elementary'", ["O'Neil & Sons", "Ærøskøbing 100%"]),
        ("createdDateTime gt 2020-01-01T00:00:00+01:00 and year(createdDateTime) lt 2000", []),
    ],
)
async def test_filters(page, filter, expected):
    found = await page.get(query(page, filter=filter))
    assert names(found) == expected
    count = RequestConfiguration(query_parameters=CountRequestBuilder.CountRequestBuilderGetQueryParameters(filter=filter))
    assert await page.count.get(count) == len(expected)


async def test_orders_by_several_keys_and_by_expressions(page):
    ordered = await page.get(query(page, orderby=["proficiency desc", "displayName"]))
    assert names(ordered) == [None, "Rust", "Ærøskøbing 100%", "Chess", "O'Neil & Sons"]
    by_length = await page.get(query(page, orderby=["length(displayName) desc"], top=2))
    assert names(by_length) == ["Ærøskøbing 100%", "O'Neil & Sons"]


async def test_selects_and_counts_and_pages(page):
    part = await page.get(query(page, select=["displayName", "categories"], top=2, skip=1, count=True))
    assert part.odata_count == len(SKILLS)
    assert names(part) == ["Chess", "O'Neil & Sons"]
    assert [item.categories for item in part.value] == [["hobby"], []]
    assert [item.id or item.proficiency or item.created_by for item in part.value] == [None, None]


async def test_searches(page):
    assert names(await page.get(query(page, search="rust"))) == ["Rust"]
    assert names(await page.get(query(page, search='chess OR "rust"'))) == ["Rust", "Chess"]
    assert names(await page.get(query(page, search="nothing of that kind"))) == []


async def test_expands_a_whole_profile(admin, newcomer):
    profile = admin.users.by_user_id(newcomer.id).profile
    await profile.skills.post(SkillProficiency(display_name="Rust"))
    await profile.languages.post(LanguageProficiency(display_name="Norsk", tag="nb-NO"))
    whole = await profile.get(query(profile, expand=["skills", "languages($select=tag)", "notes"]))
    assert [skill.display_name for skill in whole.skills] == ["Rust"]
    assert [(language.tag, language.display_name) for language in whole.languages] == [("nb-NO", None)]
    assert whole.notes == []


async def test_filters_people(admin, newcomer):
    users = admin.users
    found = await users.get(query(users, filter=f"userPrincipalName eq '{newcomer.user_principal_name}'", select=["id"]))
    assert [user.id for user in found.value] == [newcomer.id]
    assert [user.display_name for user in found.value] == [None]
    found = await users.get(query(users, filter="startswith(displayName,'New C')", orderby=["displayName"], count=True))
    assert found.odata_count == len(found.value) and newcomer.id in [user.id for user in found.value]


@pytest.mark.parametrize(
    "filter, told",
    [
        ("displayNam eq 'x'", "displayName"),
        ("displayName eq", "column 15"),
        ("length(displayName) eq 'x'", "Edm.Int32"),
        ("contians(displayName,'x')", "contains"),
        ("displayName gt 1", "Edm.String"),
    ],
)
async def test_says_what_is_wrong_with_a_filter(page, filter, told):
    error = await refusal(page.get(query(page, filter=filter)))
    assert error.response_status_code == 400
    assert told in error.error.message, error.error.message
