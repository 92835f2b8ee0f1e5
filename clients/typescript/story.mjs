// What applications do with Graph's TypeScript SDK, over https: only base URL, allowed host and source of tokens are ours.
//
// Of v1.0 the SDK publishes paths (`msgraph-sdk-users`), of beta models alone: requests below `/profile` are put together
// as its request builders do it, from a template, a serializer and a factory.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AllowedHostsValidator, BaseBearerTokenAuthenticationProvider, DateOnly, RequestInformation,
} from "@microsoft/kiota-abstractions";
import { createGraphBetaServiceClient, GraphBetaRequestAdapter } from "@microsoft/msgraph-beta-sdk";
import * as beta from "@microsoft/msgraph-beta-sdk/models/index.js";
import { createODataErrorFromDiscriminatorValue } from "@microsoft/msgraph-beta-sdk/models/oDataErrors/index.js";
import { createGraphServiceClient, GraphRequestAdapter } from "@microsoft/msgraph-sdk";
import { createUserCollectionResponseFromDiscriminatorValue } from "@microsoft/msgraph-sdk/models/index.js";
import { BatchRequestContent, PageIterator } from "@microsoft/msgraph-sdk-core";
import "@microsoft/msgraph-sdk-users";

const { VITAE_TLS_URL, VITAE_TOKEN, VITAE_PLAIN_TOKEN, VITAE_PLAIN_UPN, VITAE_USER_ID, VITAE_UPN } = process.env;
const ERRORS = { XXX: createODataErrorFromDiscriminatorValue };

const made = (Adapter, version, token) => {
  const hosts = new AllowedHostsValidator(new Set(["localhost"]));
  const source = { getAuthorizationToken: async () => token, getAllowedHostsValidator: () => hosts };
  const adapter = new Adapter(new BaseBearerTokenAuthenticationProvider(source));
  adapter.baseUrl = `${VITAE_TLS_URL}/${version}`;
  return adapter;
};
const stable = made(GraphRequestAdapter, "v1.0", VITAE_TOKEN);
const { users } = createGraphServiceClient(stable);
/// The SDK has no `/me`; it writes this person so.
const me = users.byUserId("TokenToReplace");

const adapter = made(GraphBetaRequestAdapter, "beta", VITAE_TOKEN);
createGraphBetaServiceClient(adapter);

/// A request below `/beta`; bodies are of the SDK's type of that name.
const request = (method, path, type, body) => {
  const info = new RequestInformation(method, `{+baseurl}${path}`, { baseurl: adapter.baseUrl });
  info.headers.tryAdd("Accept", "application/json");
  if (body) info.setContentFromParsable(adapter, "application/json", body, beta[`serialize${type}`]);
  return info;
};
const send = (method, path, type, body) =>
  adapter.send(request(method, path, type, body), beta[`create${type}FromDiscriminatorValue`], ERRORS);
const remove = (path) => adapter.sendNoResponseContent(request("DELETE", path), ERRORS);
/// What is there, without the SDK.
const raw = async (path) => {
  const answer = await fetch(`${VITAE_TLS_URL}/beta${path}`, { headers: { Authorization: `Bearer ${VITAE_TOKEN}` } });
  assert.equal(answer.status, 200, path);
  return answer.json();
};

test("this person, by both names", async () => {
  assert.equal((await me.get()).id, VITAE_USER_ID);
  assert.equal((await users.byUserId(VITAE_UPN).get()).id, VITAE_USER_ID);
});

test("people are selected, ordered, counted and paged", async () => {
  const queryParameters = { select: ["id", "displayName"], orderby: ["displayName desc"], count: true, top: 7 };
  const page = await users.get({ queryParameters, headers: { ConsistencyLevel: "eventual" } });
  assert.equal(page.value.length, 7);
  const seen = [];
  const each = (person) => seen.push(person.displayName);
  const pages = new PageIterator(stable, page, each, createUserCollectionResponseFromDiscriminatorValue, ERRORS);
  await pages.iterate();
  assert.equal(seen.length, page.odataCount);
  assert.equal(new Set(seen).size, seen.length);
  const found = await users.get({ queryParameters: { filter: `startswith(displayName,'${seen[0]}')` } });
  assert.equal(found.value[0].displayName, seen[0]);
  const counted = await users.count.get({ headers: { ConsistencyLevel: "eventual" } });
  assert.equal(counted, page.odataCount);
});

test("managers, reports and groups are what they are, not mere directory objects", async () => {
  const manager = await me.manager.get();
  assert.equal(manager.odataType, "#microsoft.graph.user");
  assert.ok(manager.displayName && manager.userPrincipalName);
  const above = users.byUserId(manager.id);
  const reports = (await above.directReports.get()).value;
  assert.ok(reports.some((person) => person.userPrincipalName === VITAE_UPN));
  const groups = (await me.memberOf.get()).value;
  assert.ok(groups.length > 0 && groups.every((group) => group.mailNickname));
  const whole = await me.get({ queryParameters: { expand: ["manager"], select: ["id"] } });
  assert.equal(whole.manager.displayName, manager.displayName);
  // By their types.
  const ids = (list) => list.map(({ id }) => id);
  assert.deepEqual(ids((await above.directReports.graphUser.get()).value), ids(reports));
  assert.deepEqual(ids((await me.memberOf.graphGroup.get()).value), ids(groups));
  assert.equal(await me.memberOf.graphGroup.count.get({ headers: { ConsistencyLevel: "eventual" } }), groups.length);
  assert.equal((await above.directReports.byDirectoryObjectId(VITAE_USER_ID).graphUser.get()).id, VITAE_USER_ID);
});

test("a person is made, changed, given a manager and a photo, and deleted", async () => {
  const { id } = await users.post({
    accountEnabled: true, displayName: "Tess", mailNickname: "tess", userPrincipalName: "tess@fjord.example",
    passwordProfile: { forceChangePasswordNextSignIn: true, password: "x" },
  });
  const tess = users.byUserId(id);
  assert.equal((await tess.patch({ jobTitle: "Weaver" })).jobTitle, "Weaver");
  await tess.manager.ref.put({ odataId: `${VITAE_TLS_URL}/v1.0/directoryObjects/${VITAE_USER_ID}` });
  assert.equal((await tess.manager.get()).id, VITAE_USER_ID);
  await tess.manager.ref.delete();
  await assert.rejects(tess.manager.get(), (error) => error.responseStatusCode === 404);
  const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  await tess.photo.content.put(Uint8Array.from(Buffer.from(dot, "base64")).buffer);
  assert.deepEqual([(await tess.photo.get()).width, (await tess.photo.content.get()).byteLength > 0], [1, true]);
  await tess.delete();
  await assert.rejects(tess.get(), (error) => error.responseStatusCode === 404);
});

const COLLECTIONS = {
  account: "UserAccountInformation", addresses: "ItemAddress", anniversaries: "PersonAnnualEvent", awards: "PersonAward",
  certifications: "PersonCertification", educationalActivities: "EducationalActivity", emails: "ItemEmail",
  interests: "PersonInterest", languages: "LanguageProficiency", names: "PersonName", notes: "PersonAnnotation",
  patents: "ItemPatent", phones: "ItemPhone", positions: "WorkPosition", projects: "ProjectParticipation",
  publications: "ItemPublication", skills: "SkillProficiency", webAccounts: "WebAccount", websites: "PersonWebsite",
};

test("in all collections items are made, listed, sent back as they were read, and deleted", async () => {
  for (const [name, type] of Object.entries(COLLECTIONS)) {
    const path = `/me/profile/${name}`;
    const item = await send("POST", path, type, { allowedAudiences: ["family", "organization"], isSearchable: true });
    const page = await send("GET", `${path}?$filter=id eq '${item.id}'`, `${type}CollectionResponse`);
    assert.deepEqual(page.value.map(({ id }) => id), [item.id], name);
    const back = await send("PATCH", `${path}/${item.id}`, type, item);
    assert.equal(back.id, item.id);
    // The SDK reads no list of audiences and sends back an empty one; nobody is shown more for it.
    assert.equal((await raw(`${path}/${item.id}`)).allowedAudiences, "family,organization", name);
    await remove(`${path}/${item.id}`);
  }
});

test("dates, enums and nested values come back as they were sent", async () => {
  const certification = { displayName: "Skipper", startDate: DateOnly.parse("2024-02-29"), endDate: DateOnly.parse("2029-02-28") };
  const first = await send("POST", "/me/profile/certifications", "PersonCertification", certification);
  assert.deepEqual([first.startDate.toString(), first.endDate.toString()], ["2024-02-29", "2029-02-28"]);
  assert.ok(first.createdDateTime instanceof Date && first.createdBy.user.id === VITAE_USER_ID);
  await remove(`/me/profile/certifications/${first.id}`);
  const language = { displayName: "Norwegian", tag: "nb-NO", spoken: beta.LanguageProficiencyLevelObject.NativeOrBilingual };
  const second = await send("POST", "/me/profile/languages", "LanguageProficiency", language);
  assert.equal(second.spoken, "nativeOrBilingual");
  await remove(`/me/profile/languages/${second.id}`);
  const job = { detail: { jobTitle: "Weaver", company: { displayName: "Fjord", address: { city: "Bergen" } } } };
  const third = await send("POST", "/me/profile/positions", "WorkPosition", job);
  assert.equal(third.detail.company.address.city, "Bergen");
  await remove(`/me/profile/positions/${third.id}`);
});

test("the whole profile", async () => {
  const profile = await send("GET", "/me/profile", "Profile");
  const { skills } = await raw("/me/profile");
  assert.deepEqual(profile.skills.map(({ displayName }) => displayName), skills.map(({ displayName }) => displayName));
  assert.ok(Object.keys(COLLECTIONS).every((name) => Array.isArray(profile[name])));
});

test("a change of what was changed meanwhile is refused", async () => {
  const { id, additionalData } = await send("POST", "/me/profile/skills", "SkillProficiency", { displayName: "Weaving" });
  const change = (tag) => {
    const info = request("PATCH", `/me/profile/skills/${id}`, "SkillProficiency", { proficiency: "expert" });
    info.headers.add("If-Match", tag);
    return adapter.send(info, beta.createSkillProficiencyFromDiscriminatorValue, ERRORS);
  };
  const tag = additionalData["@odata.etag"];
  assert.equal((await change(tag)).proficiency, "expert");
  await assert.rejects(change(tag), (error) => error.responseStatusCode === 412);
  await remove(`/me/profile/skills/${id}`);
});

test("what is wrong is an ODataError", async () => {
  const asked = send("POST", "/me/profile/skills", "SkillProficiency", { additionalData: { displayNam: "Weaving" } });
  const error = await asked.then(() => null, (thrown) => thrown);
  assert.equal(error.responseStatusCode, 400);
  assert.match(error.errorEscaped.message, /displayNam/);
  assert.ok(error.errorEscaped.code && error.errorEscaped.details.length > 0 && error.errorEscaped.innerError.requestId);
  const plain = createGraphServiceClient(made(GraphRequestAdapter, "v1.0", VITAE_PLAIN_TOKEN)).users;
  assert.equal((await plain.byUserId("TokenToReplace").get()).userPrincipalName, VITAE_PLAIN_UPN);
  await assert.rejects(plain.byUserId(VITAE_USER_ID).delete(), (denied) => denied.responseStatusCode === 403);
});

test("a batch, whose bodies the SDK sends in base64 and without their type", async () => {
  const batch = new BatchRequestContent(adapter, ERRORS);
  const skill = { displayName: "Batched" };
  const steps = [
    request("POST", "/me/profile/skills", "SkillProficiency", skill),
    request("GET", "/users/TokenToReplace/profile/languages"),
    request("GET", "/me/profile/skills/nothing"),
  ].map((info) => batch.addBatchRequest(info));
  const answers = await batch.postAsync();
  assert.deepEqual(steps.map(({ id }) => answers.getResponseById(id).status), [201, 200, 404]);
  const { value } = await raw("/me/profile/skills?$filter=displayName eq 'Batched'");
  assert.equal(value.length, 1);
  await remove(`/me/profile/skills/${value[0].id}`);
});

test("a throttled request is sent again by the SDK", async () => {
  const wish = { path: "/v1.0/me", times: 1, status: 429, retryAfter: 1 };
  const told = await fetch(`${VITAE_TLS_URL}/dev/fail`, { method: "POST", body: JSON.stringify(wish) });
  assert.equal(told.status, 204);
  assert.equal((await me.get()).id, VITAE_USER_ID);
});
