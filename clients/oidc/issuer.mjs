// oidc-provider as it is, on a free port of this machine: its keys can rotate, and it can go away and come back.

import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

export const API = "https://people.example";
export const OTHER_API = "https://other.example";
const BACK = "http://127.0.0.1:1/callback";
const SECRET = "a secret of the story";

/** A private key as a JWK. */
function key(type, options, alg) {
  const { privateKey } = generateKeyPairSync(type, options);
  const jwk = { ...privateKey.export({ format: "jwk" }), alg, use: "sig" };
  return { ...jwk, kid: createHash("sha256").update(JSON.stringify(jwk)).digest("base64url").slice(0, 16) };
}

const keys = () => [key("rsa", { modulusLength: 2048 }, "RS256"), key("ec", { namedCurve: "P-256" }, "ES256")];

function settings(jwks) {
  const app = { client_secret: SECRET, token_endpoint_auth_method: "client_secret_post" };
  const daemon = { ...app, grant_types: ["client_credentials"], redirect_uris: [], response_types: [] };
  return {
    jwks: { keys: jwks },
    cookies: { keys: [randomBytes(16).toString("hex")] },
    clients: [
      { ...app, client_id: "web", grant_types: ["authorization_code", "refresh_token"], redirect_uris: [BACK] },
      { ...daemon, client_id: "daemon" },
      { ...daemon, client_id: "bystander" },
    ],
    claims: { profile: ["name", "preferred_username"] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: `Person ${id}`, preferred_username: `${id}@fjord.example` }) }),
    extraTokenClaims: (_, token) => {
      if (token.kind !== "ClientCredentials") return { name: `Person ${token.accountId}`, preferred_username: `${token.accountId}@fjord.example` };
      return { roles: token.clientId === "daemon" ? ["User.Read.All"] : [] };
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({
          audience: resource,
          accessTokenFormat: "jwt",
          accessTokenTTL: 600,
          scope: "User.Read User.ReadWrite User.Read.All",
          jwt: { sign: { alg: resource === API ? settings.algorithm : "RS256" } },
        }),
        useGrantedResource: () => true,
      },
    },
    ttl: { Interaction: 600, Session: 600, Grant: 600 },
    scopes: ["openid", "profile", "offline_access", "User.Read", "User.ReadWrite", "User.Read.All"],
  };
}
settings.algorithm = "RS256";

export class Issuer {
  static async start() {
    const issuer = new Issuer();
    await issuer.open(0);
    issuer.url = `http://127.0.0.1:${issuer.server.address().port}`;
    issuer.rotate();
    return issuer;
  }

  /** From now on other keys sign, and only their public halves are published. */
  rotate(algorithm = "RS256") {
    settings.algorithm = algorithm;
    const provider = new Provider(this.url, settings(keys()));
    this.answer = provider.callback();
  }

  async open(port) {
    this.server = createServer((request, response) => this.answer(request, response));
    await new Promise((resolve) => this.server.listen(port, "127.0.0.1", resolve));
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  async #token(fields) {
    const answer = await fetch(`${this.url}/token`, { method: "POST", body: new URLSearchParams(fields) });
    const body = await answer.json();
    if (!answer.ok) throw new Error(JSON.stringify(body));
    return body;
  }

  /** An app's own token. */
  async ofApp(client_id, resource = API) {
    return (await this.#token({ grant_type: "client_credentials", client_id, client_secret: SECRET, resource })).access_token;
  }

  /** The tokens of somebody who signs in by code and PKCE, acting as a browser does. */
  async ofPerson(login, scope, resource = API) {
    const verifier = randomBytes(32).toString("base64url");
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const parameters = { client_id: "web", response_type: "code", redirect_uri: BACK, scope, prompt: "consent", code_challenge: challenge, code_challenge_method: "S256" };
    if (resource) parameters.resource = resource;
    const browser = new Browser();
    let address = `${this.url}/auth?${new URLSearchParams(parameters)}`;
    let form;
    while (!address.startsWith(BACK)) {
      const answer = await browser.ask(address, form);
      form = undefined;
      const next = answer.headers.get("location");
      if (next) {
        address = new URL(next, address).href;
        continue;
      }
      const page = await answer.text();
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
      if (!prompt) throw new Error(`no page to act on at ${address}: ${page}`);
      address = new URL(/action="([^"]+)"/.exec(page)[1], address).href;
      form = { prompt, login, password: "any" };
    }
    const code = new URL(address).searchParams.get("code");
    if (!code) throw new Error(address);
    const fields = { grant_type: "authorization_code", client_id: "web", client_secret: SECRET, code, redirect_uri: BACK, code_verifier: verifier };
    return this.#token(resource ? { ...fields, resource } : fields);
  }
}

/** Follows nothing by itself, and keeps cookies. */
class Browser {
  #cookies = new Map();

  async ask(address, form) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const body = form && new URLSearchParams(form);
    const answer = await fetch(address, { method: form ? "POST" : "GET", redirect: "manual", headers: { cookie }, body });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      this.#cookies.set(name, value);
    }
    return answer;
  }
}
