from vector import *

# v3 has no example with its result in the documentation. The escape of the at sign is undone before signing.
body = '[{"eventId":7,"subscriptionId":8,"occurredAt":1772366399000,"subscriptionType":"deal.creation","attemptNumber":0}]'
stamp = str(NOON * 1000)
write("hubspot-v3", "hubspot", {"Content-Type": "application/json", "X-HubSpot-Request-Timestamp": stamp,
      "X-HubSpot-Signature-v3": b64(mac("sha256", "yyyy", "POST", URL, "?who=a@b.c", body, stamp))},
      body, ["yyyy"], query="who=a%40b.c", id="[7] [8] [1772366399000]", type="deal.creation")
