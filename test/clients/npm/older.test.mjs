// The 1.x line of the library is still in many products. It names some fields differently.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { Svix, Webhook } from "svix-1";

import { eventually } from "./eventually.mjs";
import { Receiver } from "./receiver.mjs";
import { serverUrl, token } from "./settings.mjs";

const svix = new Svix(token, { serverUrl });

test("the 1.x library creates, filters, publishes, verifies and lists", async (t) => {
  const receiver = await Receiver.start(t);
  const uid = `app-${randomUUID()}`;
  await svix.application.getOrCreate({ name: "Acme", uid });
  const endpoint = await svix.endpoint.create(uid, { url: receiver.url, filterTypes: ["user.created"] });
  const { key } = await svix.endpoint.getSecret(uid, endpoint.id);

  await svix.message.create(uid, { eventType: "user.deleted", payload: {} });
  const message = await svix.message.create(uid, { eventType: "user.created", payload: { n: 1.5 } });
  const [arrival] = await receiver.of(message.id);

  assert.deepEqual(endpoint.filterTypes, ["user.created"]);
  assert.deepEqual(new Webhook(key).verify(arrival.body, arrival.headers), { n: 1.5 });
  assert.equal(receiver.arrivals.length, 1, "the other type was filtered out");
  await eventually("the attempt is listed", async () => {
    const { data } = await svix.messageAttempt.listByEndpoint(uid, endpoint.id);
    return data.length === 1 && data[0].msgId === message.id;
  });
});

test("the 1.x library updates, patches and sets headers", async () => {
  const uid = `app-${randomUUID()}`;
  await svix.application.create({ name: "Acme", uid });
  const endpoint = await svix.endpoint.create(uid, { url: "http://127.0.0.1:9999/", rateLimit: 10 });

  assert.equal((await svix.application.update(uid, { name: "Updated", uid })).name, "Updated");
  const url = "http://127.0.0.1:9999/moved";
  assert.equal((await svix.endpoint.update(uid, endpoint.id, { url })).url, url);
  const patched = await svix.endpoint.patch(uid, endpoint.id, { filterTypes: ["a"] });
  assert.deepEqual(patched.filterTypes, ["a"]);
  await svix.endpoint.updateHeaders(uid, endpoint.id, { headers: { "X-One": "1" } });
  await svix.endpoint.patchHeaders(uid, endpoint.id, { headers: {}, deleteHeaders: ["X-One"] });
});
