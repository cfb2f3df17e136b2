from vector import *

# The token is the one of section 3 of the specification.
token = "mF_9.B5f-4.1JqM"
body = '{"specversion":"1.0","id":"A234","source":"https://github.com/cloudevents","type":"com.example.someevent","data":{}}'
write("cloudevents", "cloudevents", {"Content-Type": "application/cloudevents+json", "Authorization": "Bearer " + token}, body, [token],
      id="https://github.com/cloudevents A234", type="com.example.someevent")
write("cloudevents-query", "cloudevents", {"Content-Type": "application/json", "ce-specversion": "1.0", "ce-id": "A235", "ce-source": "/s", "ce-type": "t"}, "{}",
      [token], id="/s A235", type="t", query="access_token=%s&p=q" % token)
