// A browser shows the card of a person: who they are, to whom they report, and what their profile says; then lists of
// people, and fields in which to pick people and groups.

import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { connect } from "node:tls";
import { build } from "esbuild";
import puppeteer from "puppeteer-core";

const { VITAE_TLS_URL, VITAE_CA, VITAE_PLAIN_TOKEN, VITAE_USER_ID, CHROMIUM, SCREENSHOT } = process.env;
const service = VITAE_TLS_URL;

/// What the service says, asked directly.
const get = async (path) => {
  const answer = await fetch(`${process.env.VITAE_URL}${path}`, { headers: { Authorization: `Bearer ${VITAE_PLAIN_TOKEN}` } });
  assert.equal(answer.status, 200, path);
  return answer.json();
};

/// The fingerprint of the service's key, once its certificate is found to be vouched for by its authority. A browser in a
/// folder of its own knows no authority of this machine's.
const fingerprint = () =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(service);
    const socket = connect({ host: hostname, port, servername: hostname, ca: readFileSync(VITAE_CA) }, () => {
      const key = new X509Certificate(socket.getPeerCertificate(true).raw).publicKey;
      socket.end();
      resolve(createHash("sha256").update(key.export({ type: "spki", format: "der" })).digest("base64"));
    });
    socket.on("error", reject);
  });

let browser;
let card;
let lists;
let site;
const failed = [];

before(async () => {
  // In parts, for the toolkit loads some of its components when they are needed.
  const parts = { bundle: true, splitting: true, format: "esm", outdir: "/", write: false };
  const { outputFiles } = await build({ ...parts, entryPoints: ["page.mjs"], logLevel: "error" });
  site = createServer((request, response) => {
    const script = outputFiles.find(({ path }) => path === request.url);
    response.setHeader("Content-Type", script ? "text/javascript" : "text/html; charset=utf-8");
    response.end(script?.text ?? '<!doctype html><title>Card</title><script type="module" src="/page.js"></script>');
  });
  await new Promise((ready) => site.listen(0, "127.0.0.1", ready));
  const args = [`--ignore-certificate-errors-spki-list=${await fingerprint()}`, "--no-sandbox", "--disable-gpu"];
  browser = await puppeteer.launch({ executablePath: CHROMIUM, args });
  card = await open({ user: VITAE_USER_ID });
});

/// Opens the page, which shows what the hash names.
const open = async (what) => {
  const page = await browser.newPage();
  await page.setViewport({ width: 520, height: 1200 });
  page.on("response", async (response) => {
    if (!response.url().startsWith(service)) return;
    if (response.status() >= 500) failed.push(`${response.status()} ${response.url()}`);
    // What the answers within a batch say, the browser does not see.
    const isBatch = response.url().endsWith("$batch") && response.request().method() === "POST";
    const { responses = [] } = isBatch ? await response.json() : {};
    failed.push(...responses.filter(({ status }) => status >= 500).map(({ id, status }) => `${status} ${id} of a batch`));
    // What the toolkit asks for is there or is not, never malformed.
    if (response.status() === 400) failed.push(`400 ${response.url()}`);
  });
  // A browser keeps from a page what it may not send.
  page.on("requestfailed", (request) => failed.push(`${request.failure().errorText} ${request.url()}`));
  const hash = new URLSearchParams({ service, token: VITAE_PLAIN_TOKEN, ...what });
  await page.goto(`http://127.0.0.1:${site.address().port}/#${hash}`);
  return page;
};

after(async () => {
  await browser?.close();
  site?.close();
});

/// Everything that is shown within an element, its shadow roots included.
const shown = (page, selector) =>
  page.evaluate((selector) => {
    const text = (node) => {
      if (node.nodeType === Node.TEXT_NODE) return node.textContent;
      const children = [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes];
      return ["STYLE", "SCRIPT"].includes(node.nodeName) ? "" : children.map(text).join(" ");
    };
    return text(document.querySelector(selector)).replace(/\s+/g, " ");
  }, selector);

/// Waits until the element shows all of these.
const shows = async (page, selector, texts) => {
  const deadline = performance.now() + 20_000;
  let seen = "";
  while (performance.now() < deadline) {
    seen = await shown(page, selector);
    if (texts.every((text) => seen.includes(text))) return;
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  assert.fail(`expected ${texts.filter((text) => !seen.includes(text)).join(", ")}; ${selector} shows: ${seen}`);
};

const names = ({ value }) => value.map(({ displayName }) => displayName);

test("the card says who the person is", async () => {
  const { displayName, jobTitle, mail } = await get(`/beta/users/${VITAE_USER_ID}`);
  await shows(card, "body", [displayName, jobTitle, mail]);
});

test("it shows skills, languages and positions of the profile", async () => {
  const { skills, languages, positions } = await get(`/beta/users/${VITAE_USER_ID}/profile`);
  assert.ok(skills.length > 0 && languages.length > 0 && positions.length > 0);
  // The section is opened by its tab.
  await card.locator(">>> #mgt-profile-Tab").click();
  await shows(card, "body", [
    ...skills.map((skill) => skill.displayName),
    ...languages.map((language) => language.displayName),
    ...positions.map((position) => position.detail.jobTitle),
  ]);
  if (SCREENSHOT) await card.screenshot({ path: SCREENSHOT });
});

test("lists show the members of a group, and everyone page by page", async () => {
  const [group] = (await get("/v1.0/groups?$filter=displayName eq 'Harbour Project'")).value;
  lists = await open({ group: group.id });
  await shows(lists, "#members", names(await get(`/v1.0/groups/${group.id}/members?$select=displayName`)));
  await shows(lists, "#everyone", names(await get("/v1.0/users?$select=displayName")));
});

test("people, members and groups are found while their names are typed", async () => {
  const finds = async (field, typed, found) => {
    await lists.locator(`#${field} >>> input`).click();
    await lists.keyboard.type(typed);
    await shows(lists, `#${field}`, [found]);
  };
  await finds("anyone", "grac", "Grace Adéyẹmí");
  await finds("member", "grac", "Grace Adéyẹmí");
  await finds("group", "boat", "Boat Club");
});

test("nothing that was asked for was a fault of the server", () => {
  assert.deepEqual(failed, []);
});
