from vector import *

body = '{"merchant_id":"M1","type":"payment.updated","event_id":"ac3ac95b","created_at":"2026-03-01T11:59:59.037339943Z"}'
write("square", "square", {"Content-Type": "application/json",
      "x-square-hmacsha256-signature": b64(mac("sha256", "asdf1234", URL, body))}, body, ["asdf1234"], id="ac3ac95b", type="payment.updated")
