from vector import *

body = '{"object_kind":"push","ref":"refs/heads/main"}'
key = bytes(range(32))
write("gitlab-token", "gitlab", {"Content-Type": "application/json", "X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": "t-1",
      "Idempotency-Key": "f5e5f430"}, body, ["t-1"], id="f5e5f430", type="Push Hook")
write("gitlab-signature", "gitlab", {"Content-Type": "application/json", "X-Gitlab-Event": "Push Hook", "webhook-id": "f5e5f430",
      "webhook-timestamp": str(NOON), "webhook-signature": "v1," + b64(mac("sha256", key, "f5e5f430.%d." % NOON, body))},
      body, ["whsec_" + b64(key)], id="f5e5f430", type="Push Hook", options={"scheme": "signature"})
