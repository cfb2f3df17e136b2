from vector import *

body = '{"store_id":"11111","scope":"store/order/statusUpdated","hash":"3f9ea420af83450d7ef9f78b08c8af25b2213637"}'
write("bigcommerce", "bigcommerce", {"Content-Type": "application/json", "X-Webhook-Token": "t-1"}, body, ["t-1"],
      id="3f9ea420af83450d7ef9f78b08c8af25b2213637", type="store/order/statusUpdated")
write("bigcommerce-signature", "bigcommerce", {"Content-Type": "application/json", "webhook-id": "msg_1", "webhook-timestamp": str(NOON),
      "webhook-signature": "v1," + b64(mac("sha256", "client", "msg_1.%d." % NOON, body))}, body, ["client"],
      id="3f9ea420af83450d7ef9f78b08c8af25b2213637", type="store/order/statusUpdated", options={"scheme": "signature"})
