from vector import *

body = '{"a":1}'
query = "x=1&bodySHA256=" + hashlib.sha256(body.encode()).hexdigest()
write("twilio-json", "twilio", {"Content-Type": "application/json",
      "X-Twilio-Signature": b64(mac("sha1", "12345", URL, "?", query))}, body, ["12345"], query=query,
      id=hashlib.sha256((URL + "?" + query).encode()).hexdigest())
