from vector import *

body = '{"type":"notification_event","app_id":"a86dr8yl","id":"notif_78c122d0-23ba-11e4-9464-79b01267cc2e","topic":"conversation.user.created","created_at":1772366398,"delivery_attempts":2}'
write("intercom", "intercom", {"Content-Type": "application/json", "X-Hub-Signature": "sha1=" + mac("sha1", "client-secret", body).hex()},
      body, ["client-secret"], id="notif_78c122d0-23ba-11e4-9464-79b01267cc2e", type="conversation.user.created")
