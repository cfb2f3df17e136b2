from vector import *

body = '{"events":[{"resourceId":"717f2bfc","eventDateUtc":"2026-03-01T11:59:58.709","eventType":"CREATE","eventCategory":"INVOICE"}],"lastEventSequence":3,"firstEventSequence":3,"entropy":"S0m3r4Nd0mt3xt"}'
write("xero", "xero", {"Content-Type": "application/json; charset=utf-8", "x-xero-signature": b64(mac("sha256", "key==", body))}, body, ["key=="], type="INVOICE.CREATE")
