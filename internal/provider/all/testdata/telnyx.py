from vector import *
import subprocess, tempfile

# The private key is the first of RFC 8032, section 7.1; openssl signs.
private = bytes.fromhex("302e020100300506032b657004220420" + "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
body = '{"data":{"event_type":"message.finalized","id":"d578b093-a0e7-4b64-b0d3-6b689a6ff170","occurred_at":"2026-03-01T11:59:58.496464Z","payload":{"text":"Søren"},"record_type":"event"}}'
with tempfile.NamedTemporaryFile() as key, tempfile.NamedTemporaryFile() as text:
    key.write(private), key.flush()
    text.write(("%d|" % NOON + body).encode()), text.flush()
    sig = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", key.name, "-in", text.name], check=True, capture_output=True).stdout
write("telnyx", "telnyx", {"Content-Type": "application/json", "telnyx-timestamp": str(NOON), "telnyx-signature-ed25519": b64(sig)},
      body, [b64(public)], id="d578b093-a0e7-4b64-b0d3-6b689a6ff170", type="message.finalized")
