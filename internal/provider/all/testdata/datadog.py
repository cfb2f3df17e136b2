from vector import *

body = '{"id":"1234567","event_type":"metric_alert_monitor","date":"1406662672000","title":"[Triggered] [Memory Alert]"}'
write("datadog", "datadog", {"Content-Type": "application/json", "Authorization": "Basic " + b64(b"user:pass")}, body, ["user:pass"], id="1234567",
      type="metric_alert_monitor", options={"scheme": "basic"})
