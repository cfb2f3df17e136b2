from vector import *

def url64(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")

body = '{"id":"5ebc34bf4fea0b01f02efa3a","site_id":"fa4dd95a-994e-4f89-8a7a-2d9e9fc36a32","state":"ready","updated_at":"2020-05-13T17:58:56.738Z"}'
head = url64(b'{"typ":"JWT","alg":"HS256"}') + "." + url64(json.dumps({"iss": "netlify", "sha256": hashlib.sha256(body.encode()).hexdigest()}).encode())
write("netlify", "netlify", {"Content-Type": "application/json", "X-Webhook-Signature": head + "." + url64(mac("sha256", "nf", head))}, body, ["nf"], type="ready")
