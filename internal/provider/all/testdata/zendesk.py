from vector import *

# The secret is the one that the page prints for tests; it prints no signature made with it.
secret, at = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==", "2026-03-01T12:00:00Z"
body = '{"type":"zen:event-type:user.active_changed","account_id":12514403,"id":"2b24ef10-19d4-4740-93cf-8f98ec4776c0","time":"2026-03-01T11:59:58Z","zendesk_event_version":"2022-06-20"}'
write("zendesk", "zendesk", {"Content-Type": "application/json; charset=utf-8", "X-Zendesk-Webhook-Signature-Timestamp": at,
      "X-Zendesk-Webhook-Signature": b64(mac("sha256", secret, at, body))}, body, [secret],
      id="2022-06-20:2b24ef10-19d4-4740-93cf-8f98ec4776c0", type="zen:event-type:user.active_changed")
