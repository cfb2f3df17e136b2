from vector import *

# The consumer secret and the token are those of the sample by a member of the platform's staff,
# https://gist.github.com/jcipriano/46c4b3f379d214d57a9ddfa70dba49fe, whose algorithm this is.
secret, token = "z3ZX4v7mAAUGykl3EcmkqbartmuW8VFOOzCloLx9Q45P0hLrFu", "9b4507b3-9040-4669-9ca3-6b94edb50553"
body = '{"for_user_id":"4337869213","favorite_events":[{"id":"1"}]}'
write("x", "x", {"Content-Type": "application/json", "x-twitter-webhooks-signature": "sha256=" + b64(mac("sha256", secret, body))},
      body, [secret], type="favorite_events")
write("x-crc", "x", {}, "", [secret], method="GET", query="crc_token=" + token,
      answer='{"response_token":"sha256=' + b64(mac("sha256", secret, token)) + '"}')
