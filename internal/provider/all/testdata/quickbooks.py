from vector import *

# Both samples are from "Upcoming change to webhooks payload structure".
old = '{"eventNotifications":[{"realmId":"310687","dataChangeEvent":{"entities":[{"id":"1234","operation":"Create","name":"Account","lastUpdated":"2025-09-08T20:52:31.657Z"}]}}]}'
new = '[{"specversion":"1.0","id":"88cd52aa-33b6-4351-9aa4-47572edbd068","source":"intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=","type":"qbo.account.created.v1","datacontenttype":"application/json","time":"2025-09-10T21:31:25.179851517Z","intuitentityid":"1234","intuitaccountid":"310687","data":{}}]'
write("quickbooks", "quickbooks", {"intuit-signature": b64(mac("sha256", "verifier", new))}, new, ["verifier"], id='["88cd52aa-33b6-4351-9aa4-47572edbd068"]', type="qbo.account.created.v1")
write("quickbooks-old", "quickbooks", {"intuit-signature": b64(mac("sha256", "verifier", old))}, old, ["verifier"], type="Account.Create")
