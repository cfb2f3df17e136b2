from vector import *

body = '{"list_folder": {"accounts": ["dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc"]}, "delta": {"users": [12345678]}}'
write("dropbox", "dropbox", {"Content-Type": "application/json", "X-Dropbox-Signature": mac("sha256", "app-secret", body).hex()},
      body, ["app-secret"], type="list_folder")
write("dropbox-challenge", "dropbox", {}, "", ["app-secret"], method="GET", query="challenge=abc123", answer="abc123")
