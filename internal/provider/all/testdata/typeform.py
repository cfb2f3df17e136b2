from vector import *

body = '{"event_id":"LtWXD3crgy","event_type":"form_response","form_response":{"form_id":"lT4Z3j","submitted_at":"2026-03-01T11:59:58Z","answers":[{"text":"Søren"}]}}'
write("typeform", "typeform", {"Content-Type": "application/json", "Typeform-Signature": "sha256=" + b64(mac("sha256", "s3cret", body))}, body, ["s3cret"],
      id="LtWXD3crgy", type="form_response")
