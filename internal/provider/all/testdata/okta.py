from vector import *

# The sample payload of "Event Hooks", shortened.
body = '{"eventType":"com.okta.event_hook","eventId":"b5a188b9-5ece-4636-b041-482ffda96311","data":{"events":[{"uuid":"f790999f-fe87-467a-9880-6982a583986c","published":"2018-03-28T22:23:07.777Z","eventType":"user.session.start"}]}}'
write("okta", "okta", {"Content-Type": "application/json", "Authorization": "word"}, body, ["word"],
      id='["f790999f-fe87-467a-9880-6982a583986c"]', type="user.session.start")
write("okta-verification", "okta", {"X-Okta-Verification-Challenge": "my_verification_challenge"}, "", ["word"], method="GET",
      answer='{"verification":"my_verification_challenge"}')
