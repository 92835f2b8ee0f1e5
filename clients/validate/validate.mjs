// Holds the documents of a folder against the validators: no error, no warning, nothing else printed.
//
//   node validate.mjs FOLDER     FOLDER holds metadata*.xml, metadata*.json and openapi.json

import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import Ajv from "ajv";
import { Validator } from "@seriousme/openapi-schema-validator";
import { validateXML } from "xmllint-wasm";

const require = createRequire(import.meta.url);
const { xml2json } = require("odata-csdl");
const { csdl2openapi } = require("odata-openapi");
const schemaOf = (name) => readFileSync(require.resolve(`odata-csdl/schemas/${name}`), "utf8");

const folder = process.argv[2];
const read = (name) => readFileSync(join(folder, name), "utf8");
const names = readdirSync(folder);
let failed = 0;

function report(check, messages) {
  failed += messages.length;
  console.log(`${messages.length === 0 ? "ok    " : "FAILED"} ${check}`);
  for (const message of messages.slice(0, 20)) console.log(`         ${message}`);
}

// The schemas of OASIS for XML.
async function xsd(name) {
  const result = await validateXML({
    xml: [{ fileName: name, contents: read(name) }],
    schema: [{ fileName: "edmx.xsd", contents: schemaOf("edmx.xsd") }],
    preload: [{ fileName: "edm.xsd", contents: schemaOf("edm.xsd") }],
    maxMemoryPages: 4096,
  });
  report(`${name}: XML schema`, result.errors.map((error) => error.rawMessage));
}

// The converter of OASIS: what it makes of our XML is our JSON.
function converted(name) {
  const messages = [];
  const theirs = xml2json(read(name), { messages });
  report(`${name}: odata-csdl`, messages.map((message) => `${message.parser.line}: ${message.message}`));
  const counterpart = name.replace(/xml$/, "json");
  inlined(theirs);
  const [full, ours] = [theirs, JSON.parse(read(counterpart))].map(spelledOut);
  report(`${name}: the same as ${counterpart}`, differences(full, ours, ""));
}

// Terms and types under their whole names: the converter prefers the alias of a namespace, either form may use both.
function spelledOut(csdl) {
  const includes = Object.values(csdl.$Reference ?? {}).flatMap((reference) => reference.$Include);
  const aliases = new Map(includes.map((include) => [include.$Alias, include.$Namespace]));
  for (const include of includes) delete include.$Alias;
  const own = Object.entries(csdl).filter(([, schema]) => schema.$Alias !== undefined);
  const schemas = new Map(own.map(([namespace, schema]) => [schema.$Alias, namespace]));
  const named = (text) => text.replace(/^(\w+)\./, (prefix, alias) => (schemas.has(alias) ? `${schemas.get(alias)}.` : prefix));
  const whole = (key) => key.replace(/@(\w+)\./, (prefix, alias) => (aliases.has(alias) ? `@${aliases.get(alias)}.` : prefix));
  const spelled = (node) => {
    if (Array.isArray(node)) return node.map(spelled);
    if (typeof node === "string") return named(node);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [whole(key), spelled(value)]));
  };
  return spelled(csdl);
}

// Moves annotations from blocks by target to what they describe, as both forms allow.
function inlined(csdl) {
  for (const [namespace, schema] of Object.entries(csdl)) {
    if (namespace.startsWith("$")) continue;
    for (const [target, annotations] of Object.entries(schema.$Annotations ?? {})) {
      // The converter prefers the alias of the namespace.
      const prefix = [namespace, schema.$Alias].find((name) => target.startsWith(`${name}.`));
      const [type, member] = target.slice(prefix.length + 1).split("/");
      const element = schema[type];
      for (const [term, value] of Object.entries(annotations)) {
        if (member === undefined) element[term] = value;
        else if (element.$Kind === "EnumType") element[`${member}${term}`] = value;
        else element[member][term] = value;
      }
    }
    delete schema.$Annotations;
  }
}

function differences(theirs, ours, path) {
  if (isDeepStrictEqual(theirs, ours)) return [];
  const objects = [theirs, ours].every((value) => typeof value === "object" && value !== null);
  if (!objects) return [`${path}: ${JSON.stringify(theirs)} from XML, ${JSON.stringify(ours)} in JSON`];
  const keys = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
  return [...keys].flatMap((key) => differences(theirs[key], ours[key], `${path}/${key}`));
}

// The schema of OASIS for JSON.
function jsonSchema(name) {
  const ajv = new Ajv({ allErrors: true, strict: false });
  const validate = ajv.compile(JSON.parse(schemaOf("csdl.schema.json")));
  validate(JSON.parse(read(name)));
  report(`${name}: JSON schema`, (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`));
}

// The mapping of OASIS: what it makes of our JSON is sound, and we describe the same paths.
async function mapped(name) {
  const messages = [];
  const theirs = csdl2openapi(JSON.parse(read(name)), { messages });
  // It knows no shape on earth but the point.
  report(`${name}: odata-openapi`, messages.filter((message) => !message.startsWith("Unknown type: Edm.Geography")));
  await openapi(`${name} as OpenAPI`, theirs);
  if (!names.includes("openapi.json")) return;
  const bare = (path) => path.replaceAll(/'?\{[^}]*\}'?/g, "{}");
  const paths = Object.keys(JSON.parse(read("openapi.json")).paths).map(bare);
  // It writes keys of several parts as segments, and in 4.01 parameters of functions as query options.
  const asSegments = (path) => path.replace(/\(([^)]+)\)/, (_, parts) => "/{}".repeat(parts.split(",").length));
  const ours = new Set(paths.flatMap((path) => [path, asSegments(path), path.replace(/\([^)]*\)$/, "")]));
  // Changes to all members at once are described nowhere but in the schema.
  const missing = Object.keys(theirs.paths).filter((path) => !path.includes("$each") && !ours.has(bare(path)));
  report(`openapi.json: has the paths that odata-openapi finds in ${name}`, missing);
}

async function openapi(name, document) {
  const result = await new Validator().validate(document);
  report(`${name}: OpenAPI schema`, result.valid ? [] : [result.errors].flat().map((error) => JSON.stringify(error)));
}

for (const name of names.filter((name) => /^metadata.*\.xml$/.test(name))) {
  await xsd(name);
  converted(name);
}
for (const name of names.filter((name) => /^metadata.*\.json$/.test(name))) {
  jsonSchema(name);
  await mapped(name);
}
if (names.includes("openapi.json")) await openapi("openapi.json", JSON.parse(read("openapi.json")));
console.log(failed === 0 ? "0 messages" : `${failed} messages`);
process.exitCode = failed === 0 ? 0 : 3;
