from vector import *

body = '{"RecordType":"SubscriptionChange","MessageID":"883953f4-6105","ChangedAt":"2026-03-01T11:59:58Z","Recipient":"bounced-address@example.com"}'
write("postmark", "postmark", {"Content-Type": "application/json", "Authorization": "Basic " + b64(b"hook:pass")}, body, ["hook:pass"],
      id="SubscriptionChange:883953f4-6105:bounced-address@example.com:2026-03-01T11:59:58Z", type="SubscriptionChange")
