from vector import *

secret = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81"  # of the handshake on the page "Establish a webhook"
body = '{"events":[{"user":{"gid":"12345"},"created_at":"2026-03-01T11:59:58.000Z","action":"added","resource":{"gid":"1337","resource_type":"story"},"parent":null}]}'
write("asana", "asana", {"Content-Type": "application/json; charset=utf-8", "X-Hook-Signature": mac("sha256", secret, body).hex()},
      body, [secret], type="story.added")
