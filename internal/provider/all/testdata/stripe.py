from vector import *

# A restricted body with a non-ASCII character and the second of two secrets, as during a rotation.
body = '{\n  "id": "evt_1MqqbKLt4dXK03v5qaIbiNCC",\n  "object": "event",\n  "created": 1772366398,\n  "type": "customer.created",\n  "data": {"object": {"name": "Søren"}}\n}'
new, old = "whsec_new0000000000000000000000", "whsec_old0000000000000000000000"
write("stripe", "stripe", {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": "t=%d,v1=%s,v1=%s" % (
    NOON, mac("sha256", "whsec_other", str(NOON), ".", body).hex(), mac("sha256", old, str(NOON), ".", body).hex())},
    body, [new, old], id="evt_1MqqbKLt4dXK03v5qaIbiNCC", type="customer.created")
