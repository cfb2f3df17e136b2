from vector import *
import subprocess, tempfile

# Senders that are source types of the public interface. The vector of checkbook is the example of its page.
JSON = {"Content-Type": "application/json"}


def one(name, headers, body, secret, **more):
    write(name, more.pop("provider", name), {**JSON, **headers}, body, [secret], **more)


one("adobe-sign", {"X-AdobeSign-ClientId": "CBJCHBCAABAAx1"}, '{"webhookNotificationId":"n-1","event":"AGREEMENT_CREATED"}', "CBJCHBCAABAAx1",
    id="n-1", type="AGREEMENT_CREATED")
body = '{"id":"evt_1","name":"payment_intent.succeeded","created_at":"2026-03-01T11:59:58+0000"}'
one("airwallex", {"x-timestamp": str(NOON * 1000), "x-signature": mac("sha256", "key", str(NOON * 1000), body).hex()}, body, "key", id="evt_1", type="payment_intent.succeeded")
one("checkbook", {"Signature": "nonce=1243549809,signature=4ee9758fc0bceb3ca1a2fe397fbd125364cfffdb04296fa118dab9778a4b3ce3"},
    '{"status": "PAID", "id": "ed0af5fb335c47dd8eb53199ba50f5c4", "type": "CHECK"}', "335b5728e25b47e88995fce207bff380", type="CHECK.PAID")
body = '{"id":"evt_1","object":"Event","description":"tracker.updated"}'
one("easypost", {"X-Hmac-Signature": "hmac-sha256-hex=" + mac("sha256", "secret", body).hex()}, body, "secret", id="evt_1", type="tracker.updated")
at = "Sun, 01 Mar 2026 12:00:00 -0000"
one("easypost-v2", {"x-timestamp": at, "x-path": "/in/src_2abc", "x-hmac-signature-v2": "hmac-sha256-hex=" + mac("sha256", "secret", at, "POST", "/in/src_2abc", body).hex()},
    body, "secret", provider="easypost", options={"version": "v2"}, id="evt_1", type="tracker.updated")
body = '{"from":"nango","type":"auth","connectionId":"c-1"}'
one("nango", {"X-Nango-Hmac-Sha256": mac("sha256", "key", body).hex()}, body, "key", type="auth")
one("openclaw", {"Authorization": "Bearer token"}, '{"jobId":"j-1","action":"finished"}', "token", type="finished")
body = '[{"event":"document_state_changed","data":{"id":"d-1"}}]'
one("panda-doc", {}, body, "key", query="signature=" + mac("sha256", "key", body).hex(), type="document_state_changed")
body = '{"action":"scaffold","resourceType":"run"}'
one("port-io", {"x-port-timestamp": str(NOON), "x-port-signature": "v1," + b64(mac("sha256", "secret", str(NOON), ".", body))}, body, "secret", type="run.scaffold")
body = '{"type":"CONNECTION","code":"INITIAL_UPDATE"}'
one("rutter", {"X-Rutter-Signature": "sha256=" + b64(mac("sha256", "secret", body))}, body, "secret", type="CONNECTION.INITIAL_UPDATE")
body = '{"messageId":"m-1","type":"track"}'
one("segment", {"X-Signature": mac("sha1", "secret", body).hex()}, body, "secret", id="m-1", type="track")
one("vapi", {"X-Vapi-Secret": "secret"}, '{"message":{"type":"status-update"}}', "secret", type="status-update")

key, text = tempfile.NamedTemporaryFile(), tempfile.NamedTemporaryFile()
subprocess.run(["openssl", "genrsa", "-out", key.name, "2048"], capture_output=True, check=True)
public = subprocess.run(["openssl", "rsa", "-in", key.name, "-pubout"], capture_output=True, check=True).stdout.decode()
body = '{"event_type":"transfer_updated","created_at":"2026-03-01T11:59:58Z"}'
text.write((body + "2026-03-01T11:59:58Z").encode())
text.flush()
one("orum-io", {"Signature": b64(subprocess.run(["openssl", "dgst", "-sha256", "-sign", key.name, text.name], capture_output=True, check=True).stdout)}, body, public,
    type="transfer_updated")
