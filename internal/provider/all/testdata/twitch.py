from vector import *

at = "2026-03-01T12:00:00.634234626Z"
def headers(kind, body):
    return {"Content-Type": "application/json", "Twitch-Eventsub-Message-Id": "e76c6bd4", "Twitch-Eventsub-Message-Type": kind,
            "Twitch-Eventsub-Message-Timestamp": at,
            "Twitch-Eventsub-Message-Signature": "sha256=" + mac("sha256", "s3cre77890ab", "e76c6bd4", at, body).hex()}

body = '{"subscription":{"type":"channel.follow"},"event":{"user_id":"1337"}}'
write("twitch", "twitch", headers("notification", body), body, ["s3cre77890ab"], id="e76c6bd4", type="channel.follow")
body = '{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{"type":"channel.follow"}}'
write("twitch-challenge", "twitch", headers("webhook_callback_verification", body), body, ["s3cre77890ab"],
      answer="pogchamp-kappa-360noscope-vohiyo")
