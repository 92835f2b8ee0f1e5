"""The server under test and the people who use it."""

import itertools
import os

import pytest
from msgraph_beta.generated.models.password_profile import PasswordProfile
from msgraph_beta.generated.models.user import User

from graph import client

PEOPLE_MADE = itertools.count(1)


@pytest.fixture(scope="session")
def anyio_backend():
    """One event loop for all tests: connections of the SDK's clients live as long as it does."""
    return "asyncio"


@pytest.fixture(scope="session")
async def admin(anyio_backend):
    """The SDK as the administrator."""
    return client(os.environ["VITAE_TOKEN"])


@pytest.fixture(scope="session")
async def employee(anyio_backend):
    """The SDK as an ordinary employee, with the rights to change their own page and to read the others'."""
    return client(os.environ["VITAE_PLAIN_TOKEN"])


@pytest.fixture(scope="session")
async def app(anyio_backend):
    """The SDK as an app of its own, which may read."""
    return client(os.environ["VITAE_APP_TOKEN"])


@pytest.fixture(scope="session")
def ids():
    """Who is who."""
    return {
        "admin": os.environ["VITAE_USER_ID"],
        "employee": os.environ["VITAE_PLAIN_USER_ID"],
        "employee_upn": os.environ["VITAE_PLAIN_UPN"],
    }


@pytest.fixture
def new_upn():
    """A name that nobody has."""
    return f"newcomer{next(PEOPLE_MADE)}@fjord.example"


@pytest.fixture
async def newcomer(admin, new_upn):
    """A person of one test, with an empty page."""
    person = User(
        account_enabled=True,
        display_name="New Comer",
        mail_nickname=new_upn.split("@")[0],
        user_principal_name=new_upn,
        password_profile=PasswordProfile(password="kept nowhere", force_change_password_next_sign_in=True),
    )
    made = await admin.users.post(person)
    yield made
    await admin.users.by_user_id(made.id).delete()


def pytest_terminal_summary(terminalreporter):
    count = {outcome: len(terminalreporter.stats.get(outcome, [])) for outcome in ("passed", "failed", "error")}
    terminalreporter.write_line(f"{count['passed']} passed, {count['failed'] + count['error']} failed")
