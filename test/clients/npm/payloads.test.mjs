// Real payloads: every example that GitHub's users have contributed, for github.com and each release
// of GitHub Enterprise, goes through the server and must arrive as the very bytes that were sent.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { test } from "node:test";

import * as standard from "standardwebhooks";
import { Svix, Webhook } from "svix";

import { Receiver } from "./receiver.mjs";
import { serverUrl, token } from "./settings.mjs";

const require = createRequire(import.meta.url);
const editions = ["api.github.com", "ghes-31", "ghes-32", "ghes-33", "ghes-34", "ghes-35"];
const publishers = 8;

/** Every distinct payload of an edition, as { eventType, text }. */
function examples(edition) {
  const found = new Map();
  for (const { name, examples } of require(`@octokit/webhooks-examples/${edition}/index.json`)) {
    for (const payload of examples) found.set(JSON.stringify(payload), `github.${name}`);
  }
  return [...found].map(([text, eventType]) => ({ text, eventType }));
}

/** A client, and a map from idempotency key to the request body that it sent. */
function recordingClient() {
  const sent = new Map();
  const record = (url, init) => {
    if (init.method === "POST") sent.set(init.headers["idempotency-key"], init.body);
    return fetch(url, init);
  };
  return { svix: new Svix(token, { serverUrl, fetch: record }), sent };
}

/** Publishes all examples, a few at a time, and notes on each the id of its message. */
async function publishAll(svix, uid, all) {
  const queue = [...all];
  const publisher = async () => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const message = { eventType: next.eventType, payload: JSON.parse(next.text) };
      next.key = randomUUID();
      next.id = (await svix.message.create(uid, message, { idempotencyKey: next.key })).id;
    }
  };
  await Promise.all(Array.from({ length: publishers }, publisher));
}

for (const edition of editions) {
  test(`every payload of ${edition} arrives byte for byte and signed`, async (t) => {
    const receiver = await Receiver.start(t);
    const { svix, sent } = recordingClient();
    const uid = `github-${randomUUID()}`;
    await svix.application.create({ name: edition, uid });
    const endpoint = await svix.endpoint.create(uid, { url: receiver.url });
    const { key: secret } = await svix.endpoint.getSecret(uid, endpoint.id);
    const all = examples(edition);
    assert.ok(all.length > 30, `${all.length} examples`);

    await publishAll(svix, uid, all);

    for (const { id, key, text } of all) {
      const [arrival] = await receiver.of(id);
      assert.ok(sent.get(key).includes(`"payload":${text}`), "the library sent these bytes");
      assert.equal(arrival.body.toString("utf8"), text);
      new standard.Webhook(secret).verify(arrival.body, arrival.headers);
      new Webhook(secret).verify(arrival.body, arrival.headers);
    }
    assert.equal(receiver.arrivals.length, all.length, "nothing twice");
  });
}
