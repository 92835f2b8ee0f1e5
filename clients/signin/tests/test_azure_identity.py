"""azure-identity as it is, but for the authority and `disable_instance_discovery=True`."""

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientSecretCredential, DeviceCodeCredential, InteractiveBrowserCredential, OnBehalfOfCredential

from vitae import API, CLIENT, DAEMON, GRAPH, READ, SECRET, TENANT, UPN, URL, USER_ID, WEB
from vitae import assert_is_ada, enter_code, get

HERE = {"authority": URL, "tenant_id": TENANT, "disable_instance_discovery": True}


def test_client_secret():
    credential = ClientSecretCredential(client_id=DAEMON, client_secret=SECRET, **HERE)
    token = credential.get_token(GRAPH).token
    assert get(f"/beta/users/{USER_ID}/profile/skills", token)["value"]


def test_wrong_secret():
    credential = ClientSecretCredential(client_id=DAEMON, client_secret="wrong", **HERE)
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        credential.get_token(GRAPH)


def by_device():
    return DeviceCodeCredential(CLIENT, prompt_callback=lambda page, code, _: enter_code(page, code), **HERE)


def test_device_code():
    credential = by_device()
    record = credential.authenticate(scopes=[READ])
    assert (record.username, record.tenant_id, record.home_account_id) == (UPN, TENANT, f"{USER_ID}.{TENANT}")
    assert record.authority == URL.removeprefix("https://")
    assert_is_ada(credential.get_token(READ).token)


def test_interactive():
    credential = InteractiveBrowserCredential(client_id=CLIENT, timeout=60, **HERE)
    assert_is_ada(credential.get_token(READ).token)


def test_on_behalf_of():
    called = by_device().get_token(API).token
    credential = OnBehalfOfCredential(client_id=WEB, client_secret=SECRET, user_assertion=called, **HERE)
    assert_is_ada(credential.get_token(GRAPH).token)
