from vector import *

body = '{"id":"367cba44-b6f3-4c92-81e7-6a2e9659efd4","timestamp":"2026-03-01T11:59:58.000Z","workspace_id":"13950b26","type":"page.created","attempt_number":2,"entity":{"id":"153104cd","type":"page"}}'
key = "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"
write("notion", "notion", {"Content-Type": "application/json", "X-Notion-Signature": "sha256=" + mac("sha256", key, body).hex()},
      body, [key], id="367cba44-b6f3-4c92-81e7-6a2e9659efd4", type="page.created")
