from vector import *

# Sentry escapes what is not ASCII; the signature is over the escapes as they are.
body = json.dumps({"action": "created", "installation": {"uuid": "a8e5d37a-696c-4c54-adb5-b3f28d64c7de"}, "data": {"issue": {"title": "Søren"}}})
write("sentry", "sentry", {"Content-Type": "application/json", "Request-ID": "r-1", "Sentry-Hook-Resource": "issue", "Sentry-Hook-Timestamp": str(NOON),
      "Sentry-Hook-Signature": mac("sha256", "client-secret", body).hex()}, body, ["client-secret"], id="r-1", type="issue.created")
