from vector import *

body = '{"receiver":"My Super Webhook","status":"resolved","orgId":1,"alerts":[{"status":"resolved","fingerprint":"c6eadffa33fcdf37"}],"version":"1","groupKey":"{}:{}"}'
write("grafana", "grafana", {"Content-Type": "application/json", "X-Grafana-Alerting-Signature": mac("sha256", "secret", body).hex()}, body, ["secret"],
      type="resolved", method="PUT")
write("grafana-time", "grafana", {"Content-Type": "application/json", "X-Time": str(NOON), "X-Sig": mac("sha256", "secret", str(NOON), ":", body).hex()}, body,
      ["secret"], type="resolved", options={"header": "X-Sig", "timestamp_header": "X-Time"})
