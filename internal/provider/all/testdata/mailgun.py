from vector import *

token = "e0b5477167110d68991efc6b9f89f0a11066af27834600e123"
sig = mac("sha256", "signing-key", str(NOON), token).hex()
body = '{"signature":{"token":"%s","timestamp":"%d","signature":"%s"},"event-data":{"event":"delivered","timestamp":1772366398.5,"id":"Ase7i2zsRYeDXztHGENqRA"}}' % (token, NOON, sig)
write("mailgun", "mailgun", {"Content-Type": "application/json"}, body, ["signing-key"], id=token, type="delivered")
body = '{"signature":{"token":"%s","timestamp":"%d","signature":"%s","parent-signature":"%s"},"event-data":{"event":"delivered"}}' % (
    token, NOON, mac("sha256", "subaccount-key", str(NOON), token).hex(), sig)
write("mailgun-parent", "mailgun", {"Content-Type": "application/json"}, body, ["signing-key"], id=token, type="delivered", options={"signature": "parent"})
