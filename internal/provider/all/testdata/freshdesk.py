from vector import *

body = "ticket=7&happened=a+reply"
write("freshdesk", "freshdesk", {"Content-Type": "application/x-www-form-urlencoded", "Authorization": "Basic " + b64("hook:pässword".encode())},
      body, ["hook:pässword"])
