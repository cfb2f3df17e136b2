from vector import *

body = '{"log_id":"90020210306002808976000921438552554184272624146777636962","data":{"date":"2026-03-01T11:59:58.972Z","type":"s"}}\n'
write("auth0", "auth0", {"Content-Type": "application/json", "Authorization": "a0-token"}, body, ["a0-token"],
      id='["90020210306002808976000921438552554184272624146777636962"]', type="s")
