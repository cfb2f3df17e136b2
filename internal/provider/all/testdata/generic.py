from vector import *

body = '{"id":"e-1","type":"made"}'
write("hmac", "hmac", {"X-Signature": "sha256=" + mac("sha256", "s3cret", body).hex()}, body, ["s3cret"], id="e-1", type="made",
      options={"prefix": "sha256=", "id_path": "id", "type_path": "type"})
write("hmac-time", "hmac", {"X-Mac": b64(mac("sha512", "s3cret", str(NOON), ".", body)), "X-Time": str(NOON)}, body, ["s3cret"],
      options={"hash": "sha512", "encoding": "base64", "header": "X-Mac", "timestamp_header": "X-Time"})
write("api-key", "api-key", {"X-Key": "k-1"}, body, ["k-1"], options={"name": "X-Key"})

def url64(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")

head = url64(b'{"alg":"HS256","typ":"JWT"}') + "." + url64(json.dumps({"iss": "sender", "iat": NOON, "exp": NOON + 60}).encode())
write("jwt", "jwt", {"Authorization": "Bearer " + head + "." + url64(mac("sha256", "s3cret", head))}, body, ["s3cret"], options={"issuer": "sender"})

# TEST 3 of section 7.1 of RFC 8032 is not JSON, so its key signs a body of ours, by openssl.
import subprocess, tempfile
pem = tempfile.NamedTemporaryFile(suffix=".pem")
seed = bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
pem.write(b"-----BEGIN PRIVATE KEY-----\n" + base64.b64encode(bytes.fromhex("302e020100300506032b657004220420") + seed) + b"\n-----END PRIVATE KEY-----\n")
pem.flush()
text = tempfile.NamedTemporaryFile()
text.write((str(NOON) + body).encode())
text.flush()
sig = subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", pem.name, "-rawin", "-in", text.name], capture_output=True, check=True).stdout
write("public-key", "public-key", {"X-Signature-Ed25519": sig.hex(), "X-Signature-Timestamp": str(NOON)}, body,
      ["fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"], id="e-1",
      options={"algorithm": "ed25519", "encoding": "hex", "header": "X-Signature-Ed25519", "timestamp_header": "X-Signature-Timestamp",
               "signed": "{timestamp}{body}", "id_path": "id"})
write("hmac-entries", "hmac", {"X-Signature": "t=%d,v1=%s,v1=%s" % (NOON, "0" * 64, mac("sha256", bytes(range(32)), str(NOON), ".", body).hex())}, body,
      ["whsec_" + b64(bytes(range(32)))], id="e-1", options={"key": "base64", "key_prefix": "whsec_", "separator": "comma", "signature_name": "v1",
      "timestamp_name": "t", "id_path": "id"})
