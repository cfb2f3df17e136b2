from vector import *

body = '{"base":{"id":"app00000000000000"},"webhook":{"id":"ach00000000000000"},"timestamp":"2022-02-01T21:25:05.663Z"}'
key = bytes(range(32))
write("airtable", "airtable", {"Content-Type": "application/json", "X-Airtable-Content-MAC": "hmac-sha256=" + mac("sha256", key, body).hex()},
      body, [b64(key)], id="ach00000000000000 2022-02-01T21:25:05.663Z", type="ping")
