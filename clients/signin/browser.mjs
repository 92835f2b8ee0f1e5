// Chromium without a window, spoken to over its own pipe: no driver, no framework.
//
// As a program it is a browser for one sign-in: `node browser.mjs ADDRESS` opens the address, chooses the person that
// VITAE_SIGNS_IN names, and ends when the app has its answer.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATIENCE = 60_000;

/** A browser with one page. */
export class Browser {
  #process;
  #directory;
  #session;
  #next = 1;
  #waiting = new Map();
  #listeners = new Set();

  static async start() {
    const browser = new Browser();
    browser.#directory = await mkdtemp(join(tmpdir(), "browser-"));
    // The certificate is the business of the other clients here; this one only shows pages.
    const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
      "--ignore-certificate-errors", "--remote-debugging-pipe", `--user-data-dir=${browser.#directory}`, "about:blank"];
    browser.#process = spawn(process.env.CHROMIUM ?? "chromium", flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    browser.#read(browser.#process.stdio[4]);
    const { targetInfos } = await browser.send("Target.getTargets");
    const { targetId } = targetInfos.find((target) => target.type === "page");
    browser.#session = (await browser.send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
    await browser.send("Page.enable");
    await browser.send("Runtime.enable");
    return browser;
  }

  #read(pipe) {
    let rest = "";
    pipe.setEncoding("utf8");
    pipe.on("data", (text) => {
      const messages = (rest + text).split("\0");
      rest = messages.pop();
      for (const message of messages.map((one) => JSON.parse(one))) {
        if (message.id === undefined) {
          for (const listener of this.#listeners) listener(message);
          continue;
        }
        const { resolve, reject } = this.#waiting.get(message.id);
        this.#waiting.delete(message.id);
        if (message.error) reject(new Error(message.error.message));
        else resolve(message.result);
      }
    });
  }

  /** Asks the browser for something and gives its answer. */
  send(method, params = {}) {
    const id = this.#next++;
    this.#process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId: this.#session })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** Does something that leads to another page, and waits until that is loaded. */
  async #leading(action) {
    let stop;
    const loaded = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("no page was loaded")), PATIENCE);
      const listener = (message) => message.method === "Page.loadEventFired" && resolve();
      this.#listeners.add(listener);
      stop = () => { clearTimeout(timer); this.#listeners.delete(listener); };
    });
    try {
      await Promise.all([loaded, action()]);
    } finally {
      stop();
    }
  }

  /** Opens an address. */
  open(address) {
    return this.#leading(() => this.send("Page.navigate", { url: address }));
  }

  /** What an expression is on the page. */
  async value(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Clicks what a selector finds, as a mouse does, and waits for the page that it leads to. */
  async click(selector) {
    const place = await this.value(`(() => {
      const found = document.querySelector(${JSON.stringify(selector)});
      if (!found) return null;
      found.scrollIntoView({ block: "center" });
      const { x, y, width, height } = found.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    })()`);
    if (!place) throw new Error(`nothing is ${selector} on ${await this.address()}: ${await this.text()}`);
    await this.#leading(async () => {
      const mouse = (type) => this.send("Input.dispatchMouseEvent", { type, ...place, button: "left", clickCount: 1 });
      await mouse("mousePressed");
      await mouse("mouseReleased");
    });
  }

  /** Types a text into what a selector finds. */
  async type(selector, text) {
    await this.value(`document.querySelector(${JSON.stringify(selector)}).focus()`);
    await this.send("Input.insertText", { text });
  }

  /** Chooses a person on a page that offers some, after looking for them by name. */
  async choose(upn) {
    await this.type("#find", upn);
    await this.click("#find + button");
    await this.click("li button");
  }

  address() {
    return this.value("location.href");
  }

  text() {
    return this.value("document.body.innerText");
  }

  /** A picture of the page, as PNG. */
  async picture() {
    return Buffer.from((await this.send("Page.captureScreenshot")).data, "base64");
  }

  async close() {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill();
    await ended;
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

if (process.argv[1] === import.meta.filename) {
  const browser = await Browser.start();
  try {
    await browser.open(process.argv[2]);
    await browser.choose(process.env.VITAE_SIGNS_IN);
  } finally {
    await browser.close();
  }
}
