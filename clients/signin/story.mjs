// msal-node as it is, but for the authority and `knownAuthorities`.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { ConfidentialClientApplication, CryptoProvider, PublicClientApplication } from "@azure/msal-node";
import { Browser } from "./browser.mjs";

const { VITAE_AUTHORITY: authority, VITAE_TLS_URL: url, VITAE_TENANT_ID: tenant, VITAE_UPN: upn, VITAE_USER_ID: id } = process.env;
const CLIENT = "a0000000-0000-4000-8000-000000000001";
const WEB = "a0000000-0000-4000-8000-000000000002";
const DAEMON = "a0000000-0000-4000-8000-000000000003";
const clientSecret = "vitae-dev-secret";
const GRAPH = "https://graph.microsoft.com/.default";
const READ = "https://graph.microsoft.com/User.Read";
const API = `api://${WEB}/access_as_user`;

const knownAuthorities = [new URL(url).host];
const publicApp = () => new PublicClientApplication({ auth: { clientId: CLIENT, authority, knownAuthorities } });
const confidentialApp = (clientId, secret = clientSecret) =>
  new ConfidentialClientApplication({ auth: { clientId, authority, knownAuthorities, clientSecret: secret } });

async function get(path, token) {
  const answer = await fetch(url + path, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

async function assertIsAda(token) {
  assert.equal((await get("/v1.0/me", token)).userPrincipalName, upn);
  assert.ok((await get("/beta/me/profile/skills", token)).value.length > 0);
}

let browser;
before(async () => { browser = await Browser.start(); });
after(() => browser.close());

async function byDevice(app, scopes) {
  return app.acquireTokenByDeviceCode({
    scopes,
    deviceCodeCallback: async ({ verificationUri, userCode }) => {
      await browser.open(verificationUri);
      await browser.type("#code", userCode);
      await browser.click("button");
      await browser.choose(upn);
      assert.match(await browser.text(), /Signed in/);
    },
  });
}

test("by client secret", async () => {
  const app = confidentialApp(DAEMON);
  const { accessToken } = await app.acquireTokenByClientCredential({ scopes: [GRAPH] });
  assert.ok((await get(`/beta/users/${id}/profile/skills`, accessToken)).value.length > 0);
  assert.ok((await app.acquireTokenByClientCredential({ scopes: [GRAPH] })).fromCache);
});

test("a wrong secret is told as Entra tells it", async () => {
  const asked = confidentialApp(DAEMON, "wrong").acquireTokenByClientCredential({ scopes: [GRAPH] });
  await assert.rejects(asked, (error) => error.errorCode === "invalid_client" && String(error.errorNo) === "7000215");
});

test("by device code, which a person enters in a browser", async () => {
  const result = await byDevice(publicApp(), [READ]);
  await assertIsAda(result.accessToken);
  assert.deepEqual([result.account.username, result.tenantId, result.uniqueId], [upn, tenant, id]);
  assert.equal(result.account.homeAccountId, `${id}.${tenant}`);
});

test("interactively, then silently, then refreshed", async () => {
  const app = publicApp();
  const openBrowser = async (address) => { await browser.open(address); await browser.choose(upn); };
  const result = await app.acquireTokenInteractive({ scopes: [READ], openBrowser, prompt: "select_account" });
  await assertIsAda(result.accessToken);
  const [account] = await app.getTokenCache().getAllAccounts();
  const silent = await app.acquireTokenSilent({ scopes: [READ], account });
  assert.ok(silent.fromCache);
  for (let round = 0; round < 2; round++) {
    const refreshed = await app.acquireTokenSilent({ scopes: [READ], account, forceRefresh: true });
    assert.ok(!refreshed.fromCache);
    await assertIsAda(refreshed.accessToken);
  }
});

/** A web app that waits for one answer, by GET or POST. */
async function listening(work) {
  let told;
  const answer = new Promise((resolve) => { told = resolve; });
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    if (!request.url.startsWith("/signed-")) return response.writeHead(404).end();
    told(Object.fromEntries(new URLSearchParams(body || new URL(request.url, "http://localhost").search)));
    response.setHeader("content-type", "text/html").end("<p>done");
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  try {
    return await work(`http://localhost:${server.address().port}`, answer);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

for (const responseMode of ["query", "form_post"]) {
  test(`by authorization code with PKCE, answered as ${responseMode}`, () =>
    listening(async (origin, answer) => {
      const app = confidentialApp(WEB);
      const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
      const request = { scopes: [READ], redirectUri: `${origin}/signed-in`, state: "s&1", nonce: "n-1" };
      const address = await app.getAuthCodeUrl({
        ...request, responseMode, codeChallenge: challenge, codeChallengeMethod: "S256", prompt: "select_account",
      });
      await browser.open(address);
      assert.match(await browser.text(), /For development only/);
      await browser.choose(upn);
      const { code, state } = await answer;
      assert.equal(state, "s&1");
      const wrong = app.acquireTokenByCode({ ...request, code, codeVerifier: "x".repeat(43) });
      await assert.rejects(wrong, (error) => error.errorCode === "invalid_grant" && String(error.errorNo) === "501481");
      const result = await app.acquireTokenByCode({ ...request, code, codeVerifier: verifier }, { code, state });
      await assertIsAda(result.accessToken);
    }));
}

test("who is signed in is not asked again, until they sign out", () =>
  listening(async (origin, answer) => {
    const app = publicApp();
    const request = { scopes: [READ], redirectUri: `${origin}/signed-in`, prompt: "none" };
    await browser.open(await app.getAuthCodeUrl({ ...request, prompt: "select_account" }));
    await browser.choose(upn);
    assert.ok((await answer).code);
    await browser.open(await app.getAuthCodeUrl(request));
    assert.match(await browser.address(), /\/signed-in\?code=/);
    const found = await fetch(`${authority}/v2.0/.well-known/openid-configuration`);
    const { end_session_endpoint: logout } = await found.json();
    await browser.open(`${logout}?post_logout_redirect_uri=${encodeURIComponent(`${origin}/signed-out`)}`);
    assert.equal(await browser.address(), `${origin}/signed-out`);
    await browser.open(await app.getAuthCodeUrl(request));
    assert.match(await browser.address(), /\/signed-in\?error=login_required/);
  }));

test("on behalf of a person who called an API", async () => {
  const { accessToken: oboAssertion } = await byDevice(publicApp(), [API]);
  const result = await confidentialApp(WEB).acquireTokenOnBehalfOf({ oboAssertion, scopes: [GRAPH] });
  await assertIsAda(result.accessToken);
});

test("an address that is not the app's is shown, never gone to", async () => {
  const address = await publicApp().getAuthCodeUrl({ scopes: [READ], redirectUri: "https://evil.example/" });
  await browser.open(address);
  assert.match(await browser.text(), /AADSTS50011/);
  assert.equal(new URL(await browser.address()).host, new URL(url).host);
});
