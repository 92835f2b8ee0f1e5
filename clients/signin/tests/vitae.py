"""The server under test as an app is told of it, and the person who uses the app."""

import os
import re

import requests

URL = os.environ["VITAE_TLS_URL"]
TENANT = os.environ["VITAE_TENANT_ID"]
AUTHORITY = os.environ["VITAE_AUTHORITY"]

CLIENT = "a0000000-0000-4000-8000-000000000001"
WEB = "a0000000-0000-4000-8000-000000000002"
DAEMON = "a0000000-0000-4000-8000-000000000003"
SECRET = "vitae-dev-secret"

GRAPH = "https://graph.microsoft.com/.default"
READ = "https://graph.microsoft.com/User.Read"
API = f"api://{WEB}/access_as_user"

UPN = os.environ["VITAE_UPN"]
USER_ID = os.environ["VITAE_USER_ID"]
PLAIN_UPN = os.environ["VITAE_PLAIN_UPN"]


def get(path, token):
    """What the API answers."""
    answer = requests.get(URL + path, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    answer.raise_for_status()
    return answer.json()


def assert_is_ada(token):
    """The token is good for the person's own page, and for that of nobody else."""
    assert get("/v1.0/me", token)["userPrincipalName"] == UPN
    assert get("/beta/me/profile/skills", token)["value"]


def enter_code(page, code, upn=UPN):
    """What a person does who reads a code from a device: enters it, chooses who they are."""
    asked = requests.post(page, data={"user_code": code}, timeout=30)
    asked.raise_for_status()
    person = re.search(r'name="vitae_user" value="([^"]+)"[^>]*><strong>[^<]*</strong> <span>' + re.escape(upn), asked.text)
    assert person, asked.text
    done = requests.post(page, data={"user_code": code, "vitae_user": person[1]}, timeout=30)
    done.raise_for_status()
    assert "Signed in" in done.text, done.text
