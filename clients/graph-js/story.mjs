// What applications do with Graph's JavaScript client, over https: only its base URL, its custom hosts and the source of
// tokens are ours.

import assert from "node:assert/strict";
import { test } from "node:test";
import graph from "@microsoft/microsoft-graph-client";

const { BatchRequestContent, BatchResponseContent, Client, GraphError, PageIterator } = graph;
const { VITAE_TLS_URL, VITAE_TOKEN, VITAE_PLAIN_TOKEN, VITAE_PLAIN_USER_ID, VITAE_USER_ID, VITAE_UPN } = process.env;

const as = (token, more = {}) =>
  Client.initWithMiddleware({
    authProvider: { getAccessToken: async () => token },
    baseUrl: VITAE_TLS_URL,
    customHosts: new Set(["localhost"]),
    defaultVersion: "beta",
    ...more,
  });
const client = as(VITAE_TOKEN);
const SKILLS = "/me/profile/skills";

test("tokens are sent to the custom host only", async () => {
  assert.equal((await client.api("/me").get()).id, VITAE_USER_ID);
  const without = as(VITAE_TOKEN, { customHosts: undefined });
  await assert.rejects(without.api("/me").get(), (error) => error.statusCode === 401 && error.code === "InvalidAuthenticationToken");
});

test("both versions are there", async () => {
  const { userPrincipalName } = await client.api("/me").version("v1.0").select("userPrincipalName").get();
  assert.equal(userPrincipalName, VITAE_UPN);
});

test("an item is made, read, changed and removed", async () => {
  const made = await client.api(SKILLS).post({ displayName: "Weaving", categories: ["handicraft"] });
  assert.deepEqual([made.displayName, made.categories], ["Weaving", ["handicraft"]]);
  const one = () => client.api(`${SKILLS}/${made.id}`);
  assert.equal((await one().patch({ proficiency: "expert" })).proficiency, "expert");
  assert.deepEqual((await one().get()).proficiency, "expert");
  const etag = (await one().get())["@odata.etag"];
  await one().header("If-Match", etag).update({ displayName: "Basket weaving" });
  await assert.rejects(one().header("If-Match", etag).update({ displayName: "x" }), (error) => error.statusCode === 412);
  await one().delete();
  await assert.rejects(one().get(), (error) => error.statusCode === 404);
});

test("queries: select, filter, order, expand, count, top, skip", async () => {
  const all = (await client.api(SKILLS).get()).value;
  const found = await client.api(SKILLS).select(["id", "displayName"]).filter(`displayName ne '${all[0].displayName}'`)
    .orderby("displayName desc").top(2).count(true).get();
  const names = all.map((one) => one.displayName).filter((name) => name !== all[0].displayName).sort().reverse();
  assert.deepEqual(found.value.map((one) => one.displayName), names.slice(0, 2));
  assert.equal(found["@odata.count"], names.length);
  assert.ok(found.value.every((one) => one.proficiency === undefined));
  assert.deepEqual((await client.api(SKILLS).skip(1).top(1).get()).value[0].id, all[1].id);
  const me = await client.api("/me/profile").expand("skills").get();
  assert.equal(me.skills.length, all.length);
});

test("a page iterator goes through all pages, may stop, and goes on", async () => {
  const all = (await client.api("/users").select("id").top(999).get()).value.map((person) => person.id);
  assert.ok(all.length >= 50);
  const first = await client.api("/users").select("id").top(7).get();
  assert.ok(first["@odata.nextLink"].startsWith(`${VITAE_TLS_URL}/beta/users?`));
  const seen = [];
  const iterator = new PageIterator(client, first, (person) => {
    seen.push(person.id);
    return seen.length !== 10;
  });
  await iterator.iterate();
  assert.equal(seen.length, 10);
  assert.ok(!iterator.isComplete());
  await iterator.resume();
  assert.ok(iterator.isComplete());
  assert.deepEqual(seen, all);
});

test("a batch: several requests, one after another where it matters", async () => {
  const made = { id: "make", request: new Request(`${VITAE_TLS_URL}${SKILLS}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ displayName: "Batched" }),
  }) };
  const listed = { id: "list", dependsOn: ["make"], request: new Request(`${VITAE_TLS_URL}${SKILLS}?$filter=displayName eq 'Batched'`) };
  // The client wants all to depend on the same, or each on the one before it.
  const missing = { id: "missing", dependsOn: ["make"], request: new Request(`${VITAE_TLS_URL}/me/profile/skills/nothing`) };
  const content = new BatchRequestContent([made, listed, missing]);
  const answer = await client.api("/$batch").post(await content.getContent());
  const responses = new BatchResponseContent(answer);
  assert.equal(responses.getResponseById("make").status, 201);
  const { value } = await responses.getResponseById("list").json();
  assert.deepEqual(value.map((one) => one.displayName), ["Batched"]);
  assert.equal(responses.getResponseById("missing").status, 404);
  await client.api(`${SKILLS}/${value[0].id}`).delete();
});

test("what is wrong is a GraphError with code, message, id and body", async () => {
  const error = await client.api(SKILLS).post({ displayNam: "Weaving" }).then(() => null, (thrown) => thrown);
  assert.ok(error instanceof GraphError);
  assert.equal(error.statusCode, 400);
  assert.match(error.message, /displayNam/);
  assert.ok(error.code && error.requestId && error.date instanceof Date && !Number.isNaN(error.date.getTime()));
  assert.equal(error.headers.get("request-id"), error.requestId);
  assert.ok(JSON.parse(error.body).details.length > 0);
});

test("what one may not do is told", async () => {
  const plain = as(VITAE_PLAIN_TOKEN);
  assert.equal((await plain.api("/me").get()).id, VITAE_PLAIN_USER_ID);
  const asked = plain.api(`/users/${VITAE_USER_ID}/profile/skills`).post({ displayName: "Forged" });
  await assert.rejects(asked, (error) => error instanceof GraphError && error.statusCode === 403);
});

test("throttled requests are sent again by the client's own retry", async () => {
  const wish = { path: "/beta/me", times: 1, status: 429, retryAfter: 1 };
  const told = await fetch(`${VITAE_TLS_URL}/dev/fail`, { method: "POST", body: JSON.stringify(wish) });
  assert.equal(told.status, 204);
  assert.equal((await client.api("/me").get()).id, VITAE_USER_ID);
});

test("a POST whose answer was lost is sent again by the client and makes one item", async () => {
  const count = async () => (await client.api(SKILLS).top(999).get()).value.length;
  const before = await count();
  const wish = { method: "POST", path: `/beta${SKILLS}`, status: 503, retryAfter: 1, carriedOut: true };
  const told = await fetch(`${VITAE_TLS_URL}/dev/fail`, { method: "POST", body: JSON.stringify(wish) });
  assert.equal(told.status, 204);
  const made = await client.api(SKILLS).post({ displayName: "Weaving" });
  assert.equal(await count(), before + 1);
  await client.api(`${SKILLS}/${made.id}`).delete();
});

test("raw answers keep their headers", async () => {
  const answer = await client.api("/me").responseType("raw").get();
  assert.equal(answer.headers.get("odata-version"), "4.0");
  assert.equal((await answer.json()).id, VITAE_USER_ID);
});
