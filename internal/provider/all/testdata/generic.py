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
