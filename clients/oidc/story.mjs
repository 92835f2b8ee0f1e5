// `vitae serve` takes its callers from a certified OpenID provider: by discovery, with keys that rotate.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { API, Issuer, OTHER_API } from "./issuer.mjs";

const PROFILE = "openid profile User.ReadWrite";
let issuer, server, address, place;

/** Runs the binary in the story's folder to its end. */
const vitae = (...args) =>
  new Promise((resolve) => execFile(process.env.VITAE_BIN, args, { cwd: place }, (error, out) => resolve({ code: error?.code ?? 0, out })));

before(async () => {
  issuer = await Issuer.start();
  place = await mkdtemp(join(tmpdir(), "vitae-oidc-"));
  await writeFile(join(place, "vitae.toml"), `
listen = "127.0.0.1:0"
public_url = "${API}"
trusted_proxies = ["127.0.0.1"]
[[issuers]]
name = "${issuer.url}"
discovery = "${issuer.url}/.well-known/openid-configuration"
audiences = ["${API}"]
algorithms = ["RS256", "ES256"]
tenant = "11111111-2222-3333-4444-555555555555"
user_ids = "derived"
require_at_jwt = true
create_people = true
keys.window = "1s"
`);
  server = spawn(process.env.VITAE_BIN, ["serve", "--ready-file", "ready.env"], { cwd: place, stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface(server.stdout)) {
    if (line.startsWith("vitae")) break;
  }
  address = /VITAE_URL=(.+)/.exec(await readFile(join(place, "ready.env"), "utf8"))[1];
});

after(async () => {
  server.kill();
  await new Promise((resolve) => server.once("exit", resolve));
  await issuer.close().catch(() => {});
  await rm(place, { recursive: true });
});

/** The answer to a request, which says what the proxy in front of the service would. */
function ask(method, path, token, body) {
  return new Promise((resolve, reject) => {
    const headers = { host: new URL(API).host, authorization: `Bearer ${token}`, "content-type": "application/json" };
    const asked = request(address + path, { method, headers }, async (answer) => {
      let text = "";
      for await (const part of answer) text += part;
      resolve({ status: answer.statusCode, headers: answer.headers, body: text ? JSON.parse(text) : null });
    });
    asked.once("error", reject);
    asked.end(body && JSON.stringify(body));
  });
}

const me = async (token) => (await ask("GET", "/v1.0/me", token)).status;

test("the settings are found to be sound", async () => {
  const { code, out } = await vitae("check", "--config", "vitae.toml");
  assert.equal(code, 0, out);
});

test("somebody who signs in is put into the directory and keeps a profile", async () => {
  const { access_token: token } = await issuer.ofPerson("ada", PROFILE);
  const { status, body } = await ask("GET", "/v1.0/me", token);
  assert.deepEqual([status, body.userPrincipalName, body.displayName], [200, "ada@fjord.example", "Person ada"]);
  const made = await ask("POST", "/beta/me/profile/skills", token, { displayName: "Rust" });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const narrow = (await issuer.ofPerson("ada", "openid User.Read")).access_token;
  assert.equal((await ask("GET", "/beta/me/profile/skills", narrow)).body.value.length, 1);
  const refused = await ask("POST", "/beta/me/profile/skills", narrow, {});
  assert.deepEqual([refused.status, refused.body.error.code], [403, "Authorization_RequestDenied"]);
  assert.match(refused.body.error.message, /User\.ReadWrite/);
});

test("an app has what the provider grants it", async () => {
  const daemon = await issuer.ofApp("daemon");
  const { status, body } = await ask("GET", "/v1.0/users", daemon);
  assert.deepEqual([status, body.value.map((person) => person.userPrincipalName)], [200, ["ada@fjord.example"]]);
  assert.equal(await me(daemon), 400);
  assert.equal((await ask("GET", "/v1.0/users", await issuer.ofApp("bystander"))).status, 403);
});

test("other tokens of the provider are none for this service", async () => {
  const tokens = await issuer.ofPerson("ada", `${PROFILE} offline_access`);
  assert.equal(await me(tokens.access_token), 200);
  const opaque = (await issuer.ofPerson("ada", "openid profile", null)).access_token;
  const elsewhere = await issuer.ofApp("daemon", OTHER_API);
  for (const token of [tokens.id_token, tokens.refresh_token, opaque, elsewhere]) {
    const { status, headers } = await ask("GET", "/v1.0/me", token);
    assert.equal(status, 401);
    assert.match(headers["www-authenticate"], /error="invalid_token"/);
  }
});

test("keys rotate, and the algorithm with them", async () => {
  let before = await issuer.ofPerson("ada", PROFILE);
  for (const algorithm of ["ES256", "RS256", "ES256"]) {
    issuer.rotate(algorithm);
    // One look a second.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const now = await issuer.ofPerson("ada", PROFILE);
    assert.equal(JSON.parse(Buffer.from(now.access_token.split(".")[0], "base64url")).alg, algorithm);
    assert.equal(await me(now.access_token), 200);
    assert.equal(await me(before.access_token), 401, "a key that was withdrawn");
    before = now;
  }
});

test("a provider that is away is not missed by those who have tokens", async () => {
  const { access_token: token } = await issuer.ofPerson("ada", PROFILE);
  const daemon = await issuer.ofApp("daemon");
  assert.equal(await me(token), 200);
  const { port } = issuer.server.address();
  await issuer.close();
  assert.equal(await me(token), 200);
  assert.equal((await ask("GET", "/v1.0/users", daemon)).status, 200);
  await issuer.open(port);
  assert.equal(await me((await issuer.ofPerson("grace", PROFILE)).access_token), 200);
});
