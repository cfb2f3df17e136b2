from vector import *

body = '{"action":"update","createdAt":"2026-03-01T11:59:58.119Z","data":{"id":"539068e2-ae88-4d09-bd75-22eb4a59612f","title":"Søren"},"type":"Issue","webhookTimestamp":%d000,"webhookId":"000042e3"}' % NOON
write("linear", "linear", {"Content-Type": "application/json; charset=utf-8", "Linear-Delivery": "234d1a4e-b617-4388-90fe-adc3633d6b72", "Linear-Event": "Issue",
      "Linear-Signature": mac("sha256", "lin_wh_secret", body).hex()}, body, ["lin_wh_secret"],
      id="Issue update 539068e2-ae88-4d09-bd75-22eb4a59612f 2026-03-01T11:59:58.119Z", type="Issue.update")
