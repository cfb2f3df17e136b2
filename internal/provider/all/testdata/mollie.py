from vector import *

body = '{"resource":"event","id":"event_GvJ8WHrp5isUdRub9CJyH","type":"payment-link.paid"}'
write("mollie", "mollie", {"Content-Type": "application/json",
      "X-Mollie-Signature": "sha256=" + mac("sha256", "old", body).hex() + ", sha256=" + mac("sha256", "new", body).hex()},
      body, ["new"], id="event_GvJ8WHrp5isUdRub9CJyH", type="payment-link.paid")
write("mollie-classic", "mollie-classic", {"Content-Type": "application/x-www-form-urlencoded"}, "id=tr_5B8cwPMGnU6qLbRvo7qEZo", [],
      id="tr_5B8cwPMGnU6qLbRvo7qEZo")
