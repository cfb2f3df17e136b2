from vector import *

body = '{"Id":"88f91933-edce-4c1a-8ded-ade8e2f72434","WebhookEvent":"App.TenantDeleted","Attempt":2,"Data":{"Name":"M\\u00fcller"},' \
       '"CreationTimeUtc":"2026-03-01T12:00:00Z"}'
digits = "-".join("%02X" % b for b in mac("sha256", "whs_0123456789abcdef0123456789abcdef", body))
write("aspnet-boilerplate", "aspnet-boilerplate", {"Content-Type": "application/json; charset=utf-8",
      "abp-webhook-signature": "sha256=" + digits}, body, ["whs_0123456789abcdef0123456789abcdef"],
      id="88f91933-edce-4c1a-8ded-ade8e2f72434", type="App.TenantDeleted")
