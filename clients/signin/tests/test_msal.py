"""msal as it is, but for the authority and `instance_discovery=False`."""

import queue
import threading
import webbrowser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import jwt
import msal
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from vitae import API, AUTHORITY, CLIENT, DAEMON, GRAPH, PLAIN_UPN, READ, SECRET, TENANT, UPN, URL, USER_ID, WEB
from vitae import assert_is_ada, enter_code, get


def public(**more):
    return msal.PublicClientApplication(CLIENT, authority=AUTHORITY, instance_discovery=False, **more)


def confidential(app, secret=SECRET, **more):
    return msal.ConfidentialClientApplication(
        app, authority=AUTHORITY, client_credential=secret, instance_discovery=False, **more
    )


def by_device(app, scopes, upn=UPN):
    flow = app.initiate_device_flow(scopes=scopes)
    assert flow["user_code"] in flow["message"] and flow["verification_uri"] in flow["message"]
    enter_code(flow["verification_uri"], flow["user_code"], upn)
    return app.acquire_token_by_device_flow(flow)


def test_client_secret():
    app = confidential(DAEMON)
    result = app.acquire_token_for_client([GRAPH])
    assert result["token_source"] == "identity_provider"
    assert get(f"/beta/users/{USER_ID}/profile/skills", result["access_token"])["value"]
    assert app.acquire_token_for_client([GRAPH])["token_source"] == "cache"


def test_certificate():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, *form).decode()
    result = confidential(DAEMON, {"private_key": pem, "thumbprint": "A1B2C3D4" * 5}).acquire_token_for_client([GRAPH])
    assert "access_token" in result, result["error_description"]
    assert get(f"/beta/users/{USER_ID}/profile/skills", result["access_token"])["value"]


@pytest.mark.parametrize(
    "app, secret, error, code",
    [(DAEMON, "wrong", "invalid_client", 7000215), (USER_ID, SECRET, "unauthorized_client", 700016)],
)
def test_errors_look_like_entras(app, secret, error, code):
    result = confidential(app, secret).acquire_token_for_client([GRAPH])
    assert (result["error"], result["error_codes"]) == (error, [code])
    assert result["error_description"].startswith(f"AADSTS{code}: ")
    assert result["correlation_id"] and result["trace_id"] and result["timestamp"].endswith("Z")


def test_device_code():
    app = public()
    flow = app.initiate_device_flow(scopes=[READ])
    waiting = app.acquire_token_by_device_flow(flow, exit_condition=lambda flow: True)
    assert waiting["error"] == "authorization_pending"
    result = by_device(app, [READ])
    assert_is_ada(result["access_token"])
    assert result["id_token_claims"]["preferred_username"] == UPN
    [account] = app.get_accounts()
    assert account["home_account_id"] == f"{USER_ID}.{TENANT}"


def test_tokens_are_kept_and_refreshed():
    app = public()
    first = by_device(app, [READ])
    [account] = app.get_accounts(UPN)
    assert app.acquire_token_silent([READ], account)["access_token"] == first["access_token"]
    seen = set()
    for _ in range(3):
        result = app.acquire_token_silent([READ], account, force_refresh=True)
        assert result["token_source"] == "identity_provider"
        assert_is_ada(result["access_token"])
        seen.add(result["id_token_claims"]["oid"])
    assert seen == {USER_ID}
    # Another scope of the same app needs nobody to sign in again.
    more = app.acquire_token_silent(["https://graph.microsoft.com/User.ReadWrite"], account)
    assert_is_ada(more["access_token"])
    app.remove_account(account)
    assert app.get_accounts() == []


def test_common_and_organizations():
    for tenant in ["common", "organizations"]:
        app = msal.PublicClientApplication(CLIENT, authority=f"{URL}/{tenant}", instance_discovery=False)
        result = by_device(app, [READ])
        assert result["id_token_claims"]["tid"] == TENANT


def test_an_instance_of_ones_own():
    """The address of instance discovery is another switch of msal's."""
    app = msal.ConfidentialClientApplication(
        DAEMON, authority=AUTHORITY, client_credential=SECRET, instance_discovery=f"{URL}/common/discovery/instance"
    )
    assert "access_token" in app.acquire_token_for_client([GRAPH])


def test_interactive():
    """msal starts a server for the answer and opens a browser, which here has no window."""
    app = public()
    result = app.acquire_token_interactive([READ], timeout=60)
    assert "error" not in result, result
    assert_is_ada(result["access_token"])
    assert [account["username"] for account in app.get_accounts()] == [UPN]


class Answers(BaseHTTPRequestHandler):
    """What a web app does with the answer: takes it by GET or POST."""

    def do_GET(self):
        self.take(urlsplit(self.path).query)

    def do_POST(self):
        self.take(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def take(self, text):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<p>done")
        if text:
            self.server.answers.put(dict(parse_qsl(text)))

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_a_web_app(mode):
    app = confidential(WEB)
    with ThreadingHTTPServer(("localhost", 0), Answers) as server:
        server.answers = queue.Queue()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://localhost:{server.server_port}/signed-in"
        flow = app.initiate_auth_code_flow([READ], redirect_uri=address, response_mode=mode, prompt="select_account")
        assert webbrowser.open(flow["auth_uri"])
        answer = server.answers.get(timeout=60)
        server.shutdown()
    result = app.acquire_token_by_auth_code_flow(flow, answer)
    assert "error" not in result, result
    assert_is_ada(result["access_token"])
    again = app.acquire_token_by_auth_code_flow(flow, answer)
    assert (again["error"], again["error_codes"]) == ("invalid_grant", [54005])


def test_on_behalf_of():
    """An app calls an API, which calls another on behalf of the same person."""
    called = by_device(public(), [API])
    api = confidential(WEB)
    result = api.acquire_token_on_behalf_of(called["access_token"], [GRAPH])
    assert "error" not in result, result
    assert_is_ada(result["access_token"])
    refused = api.acquire_token_on_behalf_of(result["access_token"], [READ])
    assert refused["error_codes"] == [500131]


def test_the_person_is_the_one_who_was_chosen():
    result = by_device(public(), [READ], PLAIN_UPN)
    assert get("/v1.0/me", result["access_token"])["userPrincipalName"] == PLAIN_UPN


def test_any_library_can_check_the_tokens():
    """As OpenID Connect says it: keys, issuer and audience are those of the discovery document."""
    found = requests.get(f"{AUTHORITY}/v2.0/.well-known/openid-configuration", timeout=30).json()
    keys = jwt.PyJWKClient(found["jwks_uri"])

    def check(token, audience):
        key = keys.get_signing_key_from_jwt(token).key
        algorithms = found["id_token_signing_alg_values_supported"]
        return jwt.decode(token, key, algorithms=algorithms, audience=audience, issuer=found["issuer"])

    result = by_device(public(), [API])
    assert check(result["id_token"], CLIENT)["oid"] == USER_ID
    assert check(result["access_token"], WEB)["scp"] == "access_as_user"
    claims = by_device(public(), [READ])
    told = requests.get(found["userinfo_endpoint"], headers={"Authorization": f"Bearer {claims['access_token']}"}, timeout=30)
    assert told.json()["sub"] == claims["id_token_claims"]["sub"]
    assert told.json()["email"] == UPN


def test_passwords_are_not_offered():
    form = {"grant_type": "password", "client_id": CLIENT, "username": UPN, "password": "x", "scope": READ}
    refused = requests.post(f"{AUTHORITY}/oauth2/v2.0/token", data=form, timeout=30).json()
    assert (refused["error"], refused["error_codes"]) == ("unsupported_grant_type", [70003])
