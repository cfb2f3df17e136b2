from vector import *

# The example of "Endpoint validation with Event Grid event schema".
code = "512d38b6-c7b8-40c8-89fe-f46f9e9622b6"
body = '[{"id":"2d1781af-3a4c-4d7c-bd0c-e34b19da4e66","topic":"/subscriptions/x","subject":"","data":{"validationCode":"%s"},"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","eventTime":"2022-10-28T04:23:35.1981776Z","metadataVersion":"1","dataVersion":"1"}]' % code
write("azure-event-grid-validation", "azure-event-grid", {"Content-Type": "application/json; charset=utf-8", "aeg-event-type": "SubscriptionValidation"}, body, ["word"],
      query="token=word", answer='{"validationResponse":"%s"}' % code)
body = '[{"id":"1","eventType":"made","eventTime":"2026-03-01T11:59:58Z","data":{}},{"id":"2","eventType":"made","data":{}}]'
write("azure-event-grid", "azure-event-grid", {"Content-Type": "application/json; charset=utf-8", "aeg-event-type": "Notification"}, body, ["word"],
      query="code=word", options={"parameter": "code"}, id='["1","2"]', type="made")
