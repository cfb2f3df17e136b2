from vector import *

body = '[{"timestamp":"2026-03-01T11:59:58.13402694Z","version":1,"type":"nodeNeedsApproval","tailnet":"example.com","message":"Node needs approval","data":{"nodeID":"n1"}}]'
write("tailscale", "tailscale", {"Content-Type": "application/json", "Tailscale-Webhook-Signature": "t=%d,v1=%s" % (
    NOON, mac("sha256", "tskey-webhook-xxxxx", str(NOON), ".", body).hex())}, body, ["tskey-webhook-xxxxx"], type="nodeNeedsApproval")
