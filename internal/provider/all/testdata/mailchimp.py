from vector import *
from urllib.parse import urlencode


def digest(*parts):
    return hashlib.sha256("".join(parts).encode()).hexdigest()


form = {"Content-Type": "application/x-www-form-urlencoded"}
body = urlencode({"type": "subscribe", "fired_at": "2026-03-01 11:59:58", "data[id]": "8a25ff1d98", "data[email]": "api@example.com"})
write("mailchimp-audience", "mailchimp", form, body, ["long-random-text"], query="key=long-random-text", type="subscribe",
      id=digest("data[email]", "api@example.com", "data[id]", "8a25ff1d98", "fired_at", "2026-03-01 11:59:58", "type", "subscribe"), options={"product": "audience"})
events = '[{"event":"hard_bounce","_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaaa","ts":1772366398,"msg":{"subject":"Søren & Co"}}]'
write("mailchimp-transactional", "mailchimp", {**form, "X-Mandrill-Signature": b64(mac("sha1", "webhook-key", URL, "?a=b", "mandrill_events", events))},
      urlencode({"mandrill_events": events}), ["webhook-key"], query="a=b", type="hard_bounce",
      id=digest("mandrill_events", events), options={"product": "transactional"})
