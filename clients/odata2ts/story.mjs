// What an application does with the generated client: reads, filters, orders, selects, expands, counts, changes.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { FetchClient } from "@odata2ts/http-client-fetch";

const require = createRequire(import.meta.url);
const { vitaeService } = require("./node_modules/.generated/vitaeService.js");

const { VITAE_URL, VITAE_TOKEN, VITAE_USER_ID, VITAE_UPN } = process.env;
const client = new FetchClient({ headers: { Authorization: `Bearer ${VITAE_TOKEN}` } });
const service = new vitaeService(client, `${VITAE_URL}/beta`);
const skills = () => service.me().profile().skills();
const value = async (answer) => (await answer).data.value;

test("a collection is filtered, ordered and cut", async () => {
  const all = await value(skills().query());
  assert.ok(all.length > 3);
  const query = (builder, q) => builder.filter(q.displayName.ne(all[0].displayName)).orderBy(q.displayName.desc()).top(3);
  const some = await value(skills().query(query));
  const names = all.map((one) => one.displayName).filter((name) => name !== all[0].displayName);
  assert.deepEqual(some.map((one) => one.displayName), names.sort().reverse().slice(0, 3));
});

test("functions, enumerations and lists are filtered by", async () => {
  const all = await value(skills().query());
  const part = all[0].displayName.slice(1, 4).toLowerCase();
  const found = await value(skills().query((builder, q) => builder.filter(q.displayName.toLower().contains(part))));
  assert.deepEqual(
    found.map((one) => one.id),
    all.filter((one) => one.displayName.toLowerCase().includes(part)).map((one) => one.id),
  );
  const level = all.find((one) => one.proficiency !== null).proficiency;
  const skilled = await value(skills().query((builder, q) => builder.filter(q.proficiency.eq(level))));
  assert.ok(skilled.length > 0 && skilled.every((one) => one.proficiency === level));
  const category = all.flatMap((one) => one.categories)[0];
  const query = (builder, q) => builder.filter(q.categories.any((one) => one.it.eq(category)));
  const inCategory = await value(skills().query(query));
  assert.deepEqual(
    inCategory.map((one) => one.id),
    all.filter((one) => one.categories.includes(category)).map((one) => one.id),
  );
});

test("only what is selected is answered", async () => {
  const [one] = await value(skills().query((builder) => builder.select("id", "displayName").top(1)));
  assert.deepEqual(Object.keys(one).filter((name) => !name.startsWith("@")), ["id", "displayName"]);
});

test("related entities are expanded", async () => {
  const query = (builder) => builder.select("id").expanding("profile", (inner) => inner.expand("skills"));
  const { data } = await service.me().query(query);
  assert.equal(data.id, VITAE_USER_ID);
  assert.equal(data.profile.skills.length, (await value(skills().query())).length);
});

test("members are counted", async () => {
  const { data } = await skills().query((builder) => builder.count().top(1));
  assert.equal(data["@odata.count"], (await value(skills().query())).length);
  assert.equal(data.value.length, 1);
});

test("an entity is made, read, changed and removed", async () => {
  const made = (await skills().create({ displayName: "Weaving", categories: ["handicraft"] })).data;
  assert.equal(made.displayName, "Weaving");
  const one = () => service.me().profile().skills(made.id);
  await one().patch({ displayName: "Basket weaving", proficiency: "expert" });
  const { data } = await one().query();
  assert.deepEqual([data.displayName, data.proficiency, data.categories], ["Basket weaving", "expert", ["handicraft"]]);
  await one().delete();
  await assert.rejects(one().query(), (error) => error.status === 404 && error.message.includes("does not exist"));
});

test("people are found by name, and addressed by id and by name", async () => {
  const found = await value(service.users().query((builder, q) => builder.filter(q.userPrincipalName.eq(VITAE_UPN))));
  assert.deepEqual(found.map((one) => one.id), [VITAE_USER_ID]);
  for (const key of [VITAE_USER_ID, VITAE_UPN]) {
    const { data } = await service.users(key).query((builder) => builder.select("id", "userPrincipalName"));
    assert.deepEqual([data.id, data.userPrincipalName], [VITAE_USER_ID, VITAE_UPN]);
  }
});

test("what is wrong is told", async () => {
  const bad = skills().create({ displayNam: "Weaving" });
  await assert.rejects(bad, (error) => error.status === 400 && error.message.includes("displayNam"));
});
