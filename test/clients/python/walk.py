"""Walks through the API with the published Python library, as a program would that uses it.

The Go test that runs this gives POSTHORN_URL, POSTHORN_TOKEN and HOOK_URL: a receiver that keeps webhooks, and gives
the one of a message back to GET with the query id.
"""

import os
import time
import urllib.request
import uuid

from svix import api, models
from svix.api import Svix, SvixOptions
from svix.exceptions import HttpError, HTTPValidationError
from svix.webhooks import Webhook, WebhookVerificationError

HOOK = os.environ["HOOK_URL"]
client = Svix(os.environ["POSTHORN_TOKEN"], SvixOptions(server_url=os.environ["POSTHORN_URL"]))
uid = f"python-{uuid.uuid4()}"


def refused(error, status, call):
    try:
        call()
    except error as refusal:
        if refusal.status_code != status:
            raise AssertionError(f"got {refusal.status_code}, want {status}") from refusal
        return
    raise AssertionError(f"nothing was refused, want {status}")


def eventually(what, look):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within 30 s")


def arrival(message):
    with urllib.request.urlopen(f"{HOOK}?id={message}", timeout=30) as got:
        return got.read(), dict(got.headers)


def publish(payload, key=None, **more):
    message = models.MessageIn(event_type="user.created", payload=payload, **more)
    options = api.MessageCreateOptions(idempotency_key=key)
    return client.message.create(uid, message, options)


def messages(secret):
    payload = {"amount": 1.5, "name": "Zoë"}
    first = publish(payload, key="key-1")
    assert publish(payload, key="key-1").id == first.id, "a repeated key made another message"
    body, headers = arrival(first.id)
    webhook = Webhook(secret)
    webhook.verify(body, headers)
    try:
        webhook.verify(body + b" ", headers)
    except WebhookVerificationError:
        pass
    else:
        raise AssertionError("a changed body verifies")
    raw = publish({}, transformations_params={"rawPayload": "a=1&b=é", "headers": {"content-type": "text/plain"}})
    body, headers = arrival(raw.id)
    webhook.verify(body, headers)
    assert body == "a=1&b=é".encode(), body
    assert headers["Content-Type"] == "text/plain", headers
    listed = client.message.list(uid).data
    assert [m.id for m in listed] == [raw.id, first.id], listed
    attempts = eventually("an attempt is listed", lambda: client.message_attempt.list_by_msg(uid, first.id).data)
    assert attempts[0].response_status_code == 204, attempts


def sources():
    created = client.ingest.source.create(
        models.IngestSourceIn(name="GitHub", uid=uid, type="github", config=models.GithubConfig(secret="topsecret")))
    generic = client.ingest.source.create(models.IngestSourceIn(name="Any", type="generic-webhook"))
    assert client.ingest.source.get(generic.id).type == "generic-webhook"
    listed = [s.id for s in client.ingest.source.list().data]
    assert created.id in listed and generic.id in listed, listed
    client.ingest.source.delete(created.id)


def main():
    application = client.application.get_or_create(models.ApplicationIn(name="Python", uid=uid))
    assert client.application.get(uid).id == application.id
    client.event_type.create(models.EventTypeIn(name=f"python.{uuid.uuid4()}", description="A test."))
    endpoint = client.endpoint.create(uid, models.EndpointIn(url=HOOK))
    messages(client.endpoint.get_secret(uid, endpoint.id).key)
    sources()
    refused(HttpError, 404, lambda: client.application.get("missing"))
    refused(HTTPValidationError, 422, lambda: client.application.create(models.ApplicationIn(name="x", uid="no spaces")))
    refused(HttpError, 404, lambda: client.connector.list())
    print("walked")


main()
