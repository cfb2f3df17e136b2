from vector import *

body = '{"model":{"id":"597f3c854baa6e43db4f07d7","name":"tésting"},"action":{"id":"59bc8e2ddbd7af0e1474fb0e","type":"addChecklistToCard","date":"2026-03-01T11:59:58.000Z"}}'
write("trello", "trello", {"Content-Type": "application/json", "X-Trello-Webhook": b64(mac("sha1", "oauth-secret", body, URL))}, body, ["oauth-secret"],
      id="59bc8e2ddbd7af0e1474fb0e", type="addChecklistToCard")
