// The current line of the library drives every operation of the first tier.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import * as standard from "standardwebhooks";
import { ApiException, MessageStatus, Svix, Webhook } from "svix";

import { eventually } from "./eventually.mjs";
import { Receiver } from "./receiver.mjs";
import { serverUrl, token } from "./settings.mjs";

const svix = new Svix(token, { serverUrl });

/** Verifies with both libraries that receivers on Node use; throws if either refuses. */
function verify(arrival, secret) {
  new standard.Webhook(secret).verify(arrival.body, arrival.headers);
  new Webhook(secret).verify(arrival.body, arrival.headers);
}

function refusal(status) {
  return (error) => {
    assert.ok(error instanceof ApiException, String(error));
    assert.equal(error.code, status);
    assert.ok(error.body.detail, "the body has a detail");
    return true;
  };
}

/** A new application with one endpoint at a new receiver. */
async function arrange(t, endpointIn = {}) {
  const receiver = await Receiver.start(t);
  const uid = `app-${randomUUID()}`;
  await svix.application.create({ name: "Acme", uid });
  const endpoint = await svix.endpoint.create(uid, { url: `${receiver.url}/hook`, ...endpointIn });
  return { uid, endpoint, receiver };
}

function publish(uid, eventType, options) {
  return svix.message.create(uid, { eventType, payload: { eventType } }, options);
}

/** The ended attempts of a message, the newest first, once there are n of them. */
function attempts(uid, messageId, n = 1) {
  return eventually(`${n} attempts of ${messageId}`, async () => {
    const { data } = await svix.messageAttempt.listByMsg(uid, messageId);
    const ended = data.filter((a) => a.status === MessageStatus.Success || a.status === MessageStatus.Fail);
    return ended.length >= n && ended;
  });
}

test("the server is healthy", async () => {
  await svix.health.get();
});

test("an application is created, found, changed and deleted", async () => {
  const uid = `app-${randomUUID()}`;
  const created = await svix.application.create({ name: "Acme", uid, metadata: { plan: "gold" } });

  assert.deepEqual(await svix.application.get(uid), created);
  assert.deepEqual(await svix.application.getOrCreate({ name: "Other", uid }), created);
  await assert.rejects(svix.application.create({ name: "Other", uid }), refusal(409));
  assert.equal((await svix.application.upsert(uid, { name: "Upserted", uid })).name, "Upserted");
  assert.equal((await svix.application.patch(uid, { name: "Patched" })).uid, uid);
  assert.equal((await svix.application.patch(created.id, { uid: null })).uid ?? null, null);
  await svix.application.delete(created.id);
  await assert.rejects(svix.application.get(created.id), refusal(404));
});

test("an endpoint is created, found, changed and deleted", async (t) => {
  const { uid, endpoint, receiver } = await arrange(t, {
    uid: "first",
    eventTypes: ["user.created"],
    throttleRate: 50,
    headers: { "X-Given": "at creation" },
  });

  assert.deepEqual(endpoint.eventTypes, ["user.created"]);
  assert.equal(endpoint.throttleRate, 50);
  assert.deepEqual(await svix.endpoint.get(uid, "first"), endpoint);
  const patched = await svix.endpoint.patch(uid, endpoint.id, { description: "new", throttleRate: null });
  assert.equal(patched.description, "new");
  assert.equal(patched.throttleRate ?? null, null);
  assert.deepEqual(patched.eventTypes, ["user.created"], "kept when absent");
  const opened = await svix.endpoint.patch(uid, endpoint.id, { eventTypes: null });
  assert.equal(opened.eventTypes ?? null, null, "cleared by null");
  const upserted = await svix.endpoint.upsert(uid, endpoint.id, { url: `${receiver.url}/moved` });
  assert.equal(upserted.url, `${receiver.url}/moved`);
  const [arrival] = await receiver.of((await publish(uid, "user.moved")).id);
  assert.equal(arrival.path, "/moved");
  assert.equal(arrival.headers["x-given"], "at creation");
  await svix.endpoint.delete(uid, endpoint.id);
  await assert.rejects(svix.endpoint.get(uid, endpoint.id), refusal(404));
});

test("endpoint headers are set, patched, removed and sent", async (t) => {
  const { uid, endpoint, receiver } = await arrange(t);

  await svix.endpoint.setHeaders(uid, endpoint.id, { headers: { "X-One": "1", "X-Two": "2" } });
  await svix.endpoint.patchHeaders(uid, endpoint.id, { headers: { "X-Three": "3" }, deleteHeaders: ["X-One"] });
  await svix.endpoint.getHeaders(uid, endpoint.id);
  const [arrival] = await receiver.of((await publish(uid, "user.created")).id);

  assert.equal(arrival.headers["x-one"], undefined);
  assert.equal(arrival.headers["x-two"], "2");
  assert.equal(arrival.headers["x-three"], "3");
});

test("an event type is created, found, changed, archived and expunged", async () => {
  const name = `user.${randomUUID()}`;
  const schemas = { 1: { type: "object" } };
  const created = await svix.eventType.create({ name, description: "Before", schemas });

  assert.deepEqual(await svix.eventType.get(name), created);
  assert.deepEqual(created.schemas, schemas);
  assert.equal((await svix.eventType.patch(name, { description: "Patched" })).description, "Patched");
  assert.equal((await svix.eventType.upsert(name, { description: "Upserted" })).description, "Upserted");
  await svix.eventType.delete(name);
  assert.equal((await svix.eventType.get(name)).archived, true);
  await svix.eventType.delete(name, { expunge: true });
  await assert.rejects(svix.eventType.get(name), refusal(404));
});

test("a message is published once for one idempotency key", async (t) => {
  const { uid } = await arrange(t);

  const first = await publish(uid, "a", { idempotencyKey: "key-1" });
  const second = await publish(uid, "a", { idempotencyKey: "key-1" });

  assert.deepEqual(second, first);
  await assert.rejects(publish(uid, "b", { idempotencyKey: "key-1" }), refusal(409));
});

test("a message is found with and without its content, and expunged", async (t) => {
  const { uid } = await arrange(t);
  const eventId = randomUUID();
  const created = await svix.message.create(uid, { eventType: "a", eventId, payload: { ssn: "123" } });

  assert.deepEqual(created.payload, {}, "the library asks for no content");
  assert.deepEqual((await svix.message.get(uid, eventId, { withContent: true })).payload, { ssn: "123" });
  const { data } = await svix.message.list(uid, { eventTypes: ["a", "b"], withContent: true });
  assert.deepEqual(data.map((m) => m.payload), [{ ssn: "123" }]);
  await svix.message.expungeContent(uid, created.id);
  const left = await svix.message.get(uid, created.id, { withContent: true });
  assert.equal(left.payload.ssn, undefined);
});

test("attempts are listed, found, resent and expunged", async (t) => {
  const { uid, endpoint, receiver } = await arrange(t);
  const message = await publish(uid, "user.created");
  const [attempt] = await attempts(uid, message.id);

  assert.equal(attempt.responseStatusCode, 204);
  assert.equal(attempt.statusText, "success");
  assert.deepEqual(await svix.messageAttempt.get(uid, message.id, attempt.id), attempt);
  const byEndpoint = await svix.messageAttempt.listByEndpoint(uid, endpoint.id, { status: MessageStatus.Success });
  assert.deepEqual(byEndpoint.data.map((a) => a.id), [attempt.id]);
  const ofClass = (statusCodeClass) => svix.messageAttempt.listByMsg(uid, message.id, { statusCodeClass });
  assert.equal((await ofClass(200)).data.length, 1);
  assert.equal((await ofClass(400)).data.length, 0);
  const messages = await svix.messageAttempt.listAttemptedMessages(uid, endpoint.id);
  assert.deepEqual(messages.data.map((m) => m.id), [message.id]);
  const destinations = await svix.messageAttempt.listAttemptedDestinations(uid, message.id);
  assert.deepEqual(destinations.data.map((d) => d.id), [endpoint.id]);
  await svix.messageAttempt.resend(uid, message.id, endpoint.id);
  await receiver.of(message.id, 2);
  assert.equal((await attempts(uid, message.id, 2))[0].triggerType, 1);
  await svix.messageAttempt.expungeContent(uid, message.id, attempt.id);
});

test("both secrets verify after a rotation", async (t) => {
  const { uid, endpoint, receiver } = await arrange(t);
  const { key: old } = await svix.endpoint.getSecret(uid, endpoint.id);
  const [before] = await receiver.of((await publish(uid, "before")).id);

  await svix.endpoint.rotateSecret(uid, endpoint.id);
  const { key: fresh } = await svix.endpoint.getSecret(uid, endpoint.id);
  const [after] = await receiver.of((await publish(uid, "after")).id);

  assert.notEqual(fresh, old);
  verify(before, old);
  verify(after, old);
  verify(after, fresh);
  assert.throws(() => verify(before, fresh), standard.WebhookVerificationError);
});

test("recover and stats see what has failed", async (t) => {
  const { uid, endpoint, receiver } = await arrange(t);
  receiver.answer = () => 500;
  const message = await publish(uid, "user.created");
  await eventually("the delivery has ended", async () => {
    const { data } = await svix.messageAttempt.listAttemptedDestinations(uid, message.id);
    return data.length === 1 && data[0].status === MessageStatus.Fail && !data[0].nextAttempt;
  });
  const sentInVain = receiver.arrivals.length;

  receiver.answer = () => 200;
  const since = new Date(message.timestamp.getTime() - 60_000);
  const task = await svix.endpoint.recover(uid, endpoint.id, { since });
  await receiver.of(message.id, sentInVain + 1);

  assert.equal(task.task, "endpoint.recover");
  await eventually("the success is counted", async () => (await svix.endpoint.getStats(uid, endpoint.id)).success === 1);
});

test("an example is sent to the endpoint", async (t) => {
  const { uid, endpoint, receiver } = await arrange(t);
  const name = `user.${randomUUID()}`;
  await svix.eventType.create({ name, description: "An example" });

  const message = await svix.endpoint.sendExample(uid, endpoint.id, { eventType: name });

  assert.equal(message.eventType, name);
  await receiver.of(message.id);
});

test("a portal token reaches its application until the logout", async (t) => {
  const { uid, endpoint } = await arrange(t);
  const access = await svix.authentication.appPortalAccess(uid, {});
  const portal = new Svix(access.token, { serverUrl });

  assert.deepEqual((await portal.endpoint.list(uid)).data.map((e) => e.id), [endpoint.id]);
  await assert.rejects(portal.application.list(), refusal(403));
  await portal.authentication.logout();
  await eventually("the token is refused", () => portal.endpoint.list(uid).then(() => false, refusal(401)));
});

test("what is wrong with the input is said by field", async () => {
  await assert.rejects(svix.application.create({ name: "Acme", uid: "no spaces allowed" }), (error) => {
    assert.equal(error.code, 422);
    assert.deepEqual(Object.keys(error.body.detail[0]).sort(), ["loc", "msg", "type"]);
    return true;
  });
});

test("an operation that is not offered is not found, by name and without retries", async (t) => {
  const { uid, endpoint } = await arrange(t);
  let requests = 0;
  const counting = (url, init) => {
    requests++;
    return fetch(url, init);
  };
  const svix = new Svix(token, { serverUrl, fetch: counting });

  await assert.rejects(svix.endpoint.transformation.get(uid, endpoint.id), (error) => {
    assert.equal(error.code, 404);
    const { code, detail } = typeof error.body === "string" ? JSON.parse(error.body) : error.body;
    assert.equal(code, "operation_not_offered");
    assert.match(detail, /GET .*\/transformation\./);
    return true;
  });
  assert.equal(requests, 1);
});
