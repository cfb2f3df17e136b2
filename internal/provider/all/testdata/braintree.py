from vector import *
from urllib.parse import urlencode

public, private = "integration_public_key", "integration_private_key"
key = hashlib.sha1(private.encode()).digest()
payload = b64(b'<notification><timestamp type="datetime">2026-03-01T11:59:59Z</timestamp><kind>check</kind></notification>') + "\n"
body = urlencode({"bt_signature": "other|00&%s|%s" % (public, mac("sha1", key, payload).hex()), "bt_payload": payload})
write("braintree", "braintree", {"Content-Type": "application/x-www-form-urlencoded"}, body, [public + ":" + private], type="check",
      id=hashlib.sha256(payload.encode()).hexdigest())
