from vector import *

# Two keys are active at Docusign; ours is the second.
key, other = b64(bytes(range(32))), b64(bytes(range(1, 33)))
body = '{"event":"envelope-completed","apiVersion":"v2.1","retryCount":3,"generatedDateTime":"2025-05-30T18:03:50.4233752Z","data":{"accountId":"24dfce13","envelopeId":"a70a5ef2-12c4-4aaf-84c5-b84134dce420"}}'
write("docusign", "docusign", {"Content-Type": "application/json; charset=utf-8", "X-Authorization-Digest": "HMACSHA256",
      "X-DocuSign-Signature-1": b64(mac("sha256", other, body)), "X-DocuSign-Signature-2": b64(mac("sha256", key, body))},
      body, [key], type="envelope-completed",
      id="envelope-completed a70a5ef2-12c4-4aaf-84c5-b84134dce420  2025-05-30T18:03:50.4233752Z")
