from vector import *

body = '{"event_id":"evt_01hv8x29kz0t586xy6zn1a62ny","event_type":"transaction.billed","occurred_at":"2026-03-01T11:59:59.221695Z"}'
write("paddle", "paddle", {"Content-Type": "application/json", "Paddle-Signature": "ts=%d;h1=%s;h1=%s" % (
    NOON, "00" * 32, mac("sha256", "pdl_ntfset_1", str(NOON), ":", body).hex())}, body, ["pdl_ntfset_1"],
    id="evt_01hv8x29kz0t586xy6zn1a62ny", type="transaction.billed")
