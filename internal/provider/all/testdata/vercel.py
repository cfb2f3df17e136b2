from vector import *

body = '{"id":"dlv_2","type":"deployment.error","createdAt":1772366398000,"region":null,"payload":{"deployment":{"name":"næste"}}}'
write("vercel", "vercel", {"Content-Type": "application/json", "x-vercel-signature": mac("sha1", "vc", body).hex()}, body, ["vc"], id="dlv_2", type="deployment.error")
