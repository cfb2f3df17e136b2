from vector import *

def headers(body):
    return {"Content-Type": "application/json", "x-zm-request-timestamp": str(NOON),
            "x-zm-signature": "v0=" + mac("sha256", "token", "v0:%d:" % NOON, body).hex()}

body = '{"payload":{"account_id":"1"},"event_ts":1772366399000,"event":"meeting.ended"}'
write("zoom", "zoom", headers(body), body, ["token"], type="meeting.ended")
body = '{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1772366399000,"event":"endpoint.url_validation"}'
write("zoom-validation", "zoom", headers(body), body, ["token"], answer='{"encryptedToken":"' +
      mac("sha256", "token", "qgg8vlvZRS6UYooatFL8Aw").hex() + '","plainToken":"qgg8vlvZRS6UYooatFL8Aw"}')
