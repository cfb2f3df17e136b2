from vector import *

# Meta escapes what is not ASCII, and slashes; the escaped form is what is signed and sent.
body = '{"object":"page","entry":[{"id":"1","time":1772366398,"changes":[{"field":"feed","value":{"message":"\\u00e9 \\/"}}]}]}'
write("meta", "meta", {"Content-Type": "application/json", "X-Hub-Signature-256": "sha256=" + mac("sha256", "app", body).hex()},
      body, ["app"], type="page.feed", options={"verify_token": "word"})
write("meta-verification", "meta", {}, "", ["app"], method="GET", options={"verify_token": "word"},
      query="hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=word", answer="1158201444")
