from vector import *

body = '{"id":820982911946154508,"note":"caf\\u00e9 \\/ bar"}'
write("shopify", "shopify", {"Content-Type": "application/json", "X-Shopify-Topic": "orders/create",
      "X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
      "X-Shopify-Hmac-Sha256": b64(mac("sha256", "hush", body))}, body, ["hush"],
      id="98880550-7158-44d4-b7cd-2c97c8a091b5", type="orders/create")
