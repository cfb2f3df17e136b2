from vector import *

body = '{"data":null,"previous":{"id":8},"meta":{"action":"delete","entity":"deal","correlation_id":"60f15fdc","id":"df8b0894","timestamp":"2022-11-24T15:29:10.654Z","version":"2.0","attempt":1}}'
write("pipedrive", "pipedrive", {"Content-Type": "application/json", "Authorization": "Basic " + b64(b"hook:pass:word")}, body, ["hook:pass:word"],
      id="60f15fdc:df8b0894", type="delete.deal")
