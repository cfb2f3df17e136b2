// The library sets up a source, and what is sent to its address arrives at its endpoint.
import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import { ApiException, Svix, Webhook } from "svix";

import { eventually } from "./eventually.mjs";
import { Receiver } from "./receiver.mjs";
import { serverUrl, token } from "./settings.mjs";

const svix = new Svix(token, { serverUrl });
const secret = "It's a Secret to Everybody";

function refusal(status) {
  return (error) => error instanceof ApiException && error.code === status;
}

/** Sends a body as GitHub does. */
function push(url, body, signedWith = secret, event = "push") {
  const signature = createHmac("sha256", signedWith).update(body).digest("hex");
  return fetch(url, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "x-github-event": event,
      "x-github-delivery": randomUUID(),
      "x-hub-signature-256": `sha256=${signature}`,
    },
  });
}

function newSource(options = {}) {
  return svix.ingest.source.create({ name: "GitHub", uid: `src-${randomUUID()}`, type: "github", config: { secret }, ...options });
}

test("a source is created, found, listed, changed and deleted", async () => {
  const created = await newSource({ metadata: { team: "web" } });

  assert.equal(created.type, "github");
  assert.deepEqual(await svix.ingest.source.get(created.uid), created);
  const { data } = await svix.ingest.source.list({ limit: 250 });
  assert.ok(data.some((s) => s.id === created.id));

  const replaced = await svix.ingest.source.upsert(created.id, { name: "Renamed", uid: created.uid, type: "github", config: { secret } });
  assert.equal(replaced.name, "Renamed");
  assert.equal(replaced.ingestUrl, created.ingestUrl);

  const { ingestUrl } = await svix.ingest.source.rotateToken(created.id);
  assert.notEqual(ingestUrl, created.ingestUrl);

  await svix.ingest.source.delete(created.id);
  await assert.rejects(svix.ingest.source.get(created.id), refusal(404));
});

test("every type that the server offers is one that the library can read", async () => {
  const kinds = [
    { type: "generic-webhook", config: {} },
    { type: "resend", config: { secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD" } },
    { type: "brex", config: { secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD" } },
    { type: "slack", config: { secret: "8f742231b10e8888abcd99yyyzzz85a5" } },
    { type: "stripe", config: { secret: "whsec_test" } },
    { type: "meta", config: { secret: "abc", verifyToken: "word" } },
  ];
  for (const kind of kinds) {
    const created = await svix.ingest.source.create({ name: "any", ...kind });
    assert.equal((await svix.ingest.source.get(created.id)).type, kind.type);
  }
  await assert.rejects(svix.ingest.source.create({ name: "any", type: "cron", config: { schedule: "* * * * *" } }), refusal(422));
});

test("the endpoints of a source are managed under it", async (t) => {
  const receiver = await Receiver.start(t);
  const { id } = await newSource();

  const made = await svix.ingest.endpoint.create(id, { url: `${receiver.url}/hook`, description: "mine" });
  assert.equal((await svix.ingest.endpoint.get(id, made.id)).description, "mine");
  await svix.ingest.endpoint.upsert(id, made.id, { url: `${receiver.url}/hook`, description: "changed" });
  await svix.ingest.endpoint.setHeaders(id, made.id, { headers: { "x-mine": "yes" } });
  assert.equal((await svix.ingest.endpoint.getHeaders(id, made.id)).headers["x-mine"], "yes");
  const before = await svix.ingest.endpoint.getSecret(id, made.id);
  await svix.ingest.endpoint.rotateSecret(id, made.id, {});
  assert.notEqual((await svix.ingest.endpoint.getSecret(id, made.id)).key, before.key);
  assert.equal((await svix.ingest.endpoint.list(id)).data.length, 1);
  await svix.ingest.endpoint.delete(id, made.id);
  assert.equal((await svix.ingest.endpoint.list(id)).data.length, 0);
});

test("what GitHub sends arrives byte for byte, signed for the receiver", async (t) => {
  const receiver = await Receiver.start(t);
  const source = await newSource();
  const endpoint = await svix.ingest.endpoint.create(source.id, { url: `${receiver.url}/hook` });
  const { key } = await svix.ingest.endpoint.getSecret(source.id, endpoint.id);
  const body = '{ "zen" : "Keep it logically awesome. \\u00e9",\n "n":1.0 }';

  const forged = await push(source.ingestUrl, body, "another secret");
  const answer = await push(source.ingestUrl, body);
  const again = await push(source.ingestUrl, body);

  assert.equal(forged.status, 401);
  assert.equal(answer.status, 200);
  assert.equal(again.status, 200);
  const [arrival] = await eventually("the arrival", () => receiver.arrivals.length > 0 && receiver.arrivals);
  assert.equal(arrival.body.toString(), body);
  new Webhook(key).verify(arrival.body, arrival.headers);
});

test("GitHub's own examples go through, each under its event type", async (t) => {
  const receiver = await Receiver.start(t);
  const source = await newSource();
  await svix.ingest.endpoint.create(source.id, { url: `${receiver.url}/hook` });
  const path = createRequire(import.meta.url).resolve("@octokit/webhooks-examples/api.github.com/index.json");
  const examples = JSON.parse(readFileSync(path, "utf8")).map(({ name, examples: [first] }) => [name, JSON.stringify(first, null, 1)]);
  assert.ok(examples.length > 40);

  for (const [name, body] of examples) {
    assert.equal((await push(source.ingestUrl, body, secret, name)).status, 200, name);
  }

  const expected = new Set(examples.map(([, body]) => body));
  await eventually("all arrivals", () => receiver.arrivals.length >= expected.size);
  assert.deepEqual(new Set(receiver.arrivals.map((arrival) => arrival.body.toString())), expected);
  const { data } = await svix.message.list(await application(source.id), { limit: 250 });
  assert.deepEqual(new Set(data.map((message) => message.eventType)), new Set(examples.map(([name]) => name)));
});

/** The id of the source's application, which the library does not show. */
async function application(source) {
  const answer = await fetch(`${serverUrl}/ingest/api/v1/source/${source}`, { headers: { authorization: `Bearer ${token}` } });
  return (await answer.json()).application;
}
