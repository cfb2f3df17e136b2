from vector import *

body = '{"EventId":"3c2b1a09-1111-4222-8333-444455556666","Timestamp":"2026-03-01T12:00:00.0000000Z","Event":"sale.sold",' \
       '"Entity":"sale","PrimaryKey":7,"Changes":["status"],"ContextIdentifier":"Default","WebhookName":"caf\\u00e9"}'
write("superoffice", "superoffice", {"Content-Type": "application/json; charset=utf-8", "X-SuperOffice-Event": "sale.sold",
      "X-SuperOffice-Signature": b64(mac("sha256", "tell no one", body))}, body, ["tell no one"],
      id="3c2b1a09-1111-4222-8333-444455556666", type="sale.sold")
