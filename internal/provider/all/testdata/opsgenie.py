from vector import *

body = '{"action":"Create","alert":{"alertId":"052652ac-5d1c-464a-812a-7dd18bbfba8c","message":"[custom] test alert","tags":["tag1"]},"integrationName":"Webhook"}'
write("opsgenie", "opsgenie", {"Content-Type": "application/json", "X-Opsgenie-Word": "og-1"}, body, ["og-1"], type="Create", options={"header": "X-Opsgenie-Word"})
