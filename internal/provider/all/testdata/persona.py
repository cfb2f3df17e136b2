from vector import *

body = '{"data":{"type":"event","id":"evt_2","attributes":{"name":"inquiry.approved","payload":{"data":{"type":"inquiry","id":"inq_1"}},"created-at":"2026-03-01T11:59:58.000Z"}}}'
sets = ["t=%d,v1=%s" % (NOON, mac("sha256", secret, str(NOON), ".", body).hex()) for secret in ("wbhsec_old", "wbhsec_new")]
write("persona", "persona", {"Content-Type": "application/json", "Persona-Signature": " ".join(sets)}, body, ["wbhsec_new"], id="evt_2", type="inquiry.approved")
