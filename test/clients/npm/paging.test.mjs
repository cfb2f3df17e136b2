// Lists are walked forwards to the end, and backwards from there by prevIterator.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { Svix } from "svix";

import { serverUrl, token } from "./settings.mjs";
import { walk } from "./walk.mjs";

const svix = new Svix(token, { serverUrl });

async function arrange() {
  const uid = `app-${randomUUID()}`;
  await svix.application.create({ name: "Acme", uid });
  return uid;
}

test("messages page both ways, the newest first", async () => {
  const uid = await arrange();
  const ids = [];
  for (let i = 0; i < 5; i++) {
    ids.unshift((await svix.message.create(uid, { eventType: "a", payload: { i } })).id);
  }

  const walked = await walk((options) => svix.message.list(uid, options));

  assert.deepEqual(walked, ids);
});

test("endpoints page both ways in either order", async () => {
  const uid = await arrange();
  for (let i = 0; i < 5; i++) {
    await svix.endpoint.create(uid, { url: `http://127.0.0.1:9999/${i}`, disabled: true });
  }

  const rising = await walk((options) => svix.endpoint.list(uid, { ...options, order: "ascending" }));
  const falling = await walk((options) => svix.endpoint.list(uid, { ...options, order: "descending" }));

  assert.equal(rising.length, 5);
  assert.deepEqual(falling, rising.toReversed());
});

test("an empty list is done and has a null iterator", async () => {
  const uid = await arrange();

  const list = await svix.message.list(uid);

  assert.deepEqual(list.data, []);
  assert.equal(list.done, true);
  assert.equal(list.iterator, null);
});
