from vector import *

body = '{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[{"type":"follow","webhookEventId":"01FZ"},{"type":"message","webhookEventId":"01G0"}]}'
write("line", "line", {"Content-Type": "application/json; charset=utf-8", "x-line-signature": b64(mac("sha256", "8c570fa6dd201bb3", body))},
      body, ["8c570fa6dd201bb3"], id='["01FZ","01G0"]', type="follow")
