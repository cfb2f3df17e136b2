from vector import *


def url64(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


body = '{"to":"447700900000","message_uuid":"aaaaaaaa-bbbb-cccc-dddd-0123456789ab","timestamp":"2026-03-01T11:59:58Z","status":"read"}'
claims = {"iat": NOON, "jti": "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5", "iss": "Vonage", "payload_hash": hashlib.sha256(body.encode()).hexdigest(), "api_key": "a1b2c3d"}
text = url64(b'{"alg":"HS256","typ":"JWT"}') + "." + url64(json.dumps(claims).encode())
write("vonage", "vonage", {"Content-Type": "application/json", "Authorization": "Bearer " + text + "." + url64(mac("sha256", "signature-secret", text))},
      body, ["signature-secret"], id="aaaaaaaa-bbbb-cccc-dddd-0123456789ab", type="read")
