from vector import *

body = '{"ref":"refs/heads/main","pusher":{"login":"jörg"}}'
write("gitea", "gitea", {"Content-Type": "application/json", "X-Gitea-Event": "push", "X-Gitea-Delivery": "f6266f16",
      "X-Gitea-Signature": mac("sha256", "s3cret", body).hex()}, body, ["s3cret"], id="f6266f16", type="push")
