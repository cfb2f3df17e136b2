from vector import *

body = '{"type":"video.asset.ready","object":{"type":"asset","id":"0201p02fGKPE7MrbC269XRD7LpcHhrmbu0002"},' \
       '"id":"3a56ac3d-33da-4366-855b-f592d898409d","environment":{"name":"Production","id":"j0863n"},' \
       '"data":{"status":"ready"},"created_at":"2026-03-01T11:59:58.000000Z","attempts":[]}'
write("mux", "mux", {"Content-Type": "application/json", "Mux-Signature": "t=%d,v1=%s" % (NOON, mac("sha256", "my secret", str(NOON), ".", body).hex())},
      body, ["my secret"], id="3a56ac3d-33da-4366-855b-f592d898409d", type="video.asset.ready")
