from vector import *

body = '{"id":727,"total":"29.35"}'
write("woocommerce", "woocommerce", {"Content-Type": "application/json", "X-WC-Webhook-Topic": "order.created",
      "X-WC-Webhook-Delivery-ID": "5", "X-WC-Webhook-Signature": b64(mac("sha256", "wc", body))}, body, ["wc"], id="5", type="order.created")
