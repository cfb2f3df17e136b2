from vector import *

body = '{"event":"invitee.canceled","created_at":"2026-03-01T11:59:58.000000Z","payload":{"uri":"https://api.calendly.com/scheduled_events/AAAA/invitees/BBBB","rescheduled":true}}'
write("calendly", "calendly", {"Content-Type": "application/json", "Calendly-Webhook-Signature": "t=%d,v1=%s" % (
    NOON, mac("sha256", "5mEzn9C-I28UtwOjZJtFoob0sAAFZ95GbZkqj4y3i0I", str(NOON), ".", body).hex())},
    body, ["5mEzn9C-I28UtwOjZJtFoob0sAAFZ95GbZkqj4y3i0I"], type="invitee.canceled",
    id="invitee.canceled 2026-03-01T11:59:58.000000Z https://api.calendly.com/scheduled_events/AAAA/invitees/BBBB")
