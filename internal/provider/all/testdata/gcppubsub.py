from vector import *
import subprocess, tempfile

def run(*args, data=b""):
    return subprocess.run(["openssl", *args], input=data, capture_output=True, check=True).stdout

def url64(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")

# The claims are those of "Authentication for push subscriptions", with our own key and time.
with tempfile.NamedTemporaryFile() as key:
    run("genrsa", "-out", key.name, "2048")
    modulus = bytes.fromhex(run("rsa", "-in", key.name, "-modulus", "-noout").decode().strip().split("=")[1])
    claims = {"aud": "https://example.com", "azp": "113774264463038321964", "email": "gae-gcp@appspot.gserviceaccount.com", "email_verified": True,
              "exp": NOON + 3600, "iat": NOON, "iss": "https://accounts.google.com", "sub": "113774264463038321964"}
    head = url64(b'{"alg":"RS256","kid":"7d680d8c70d44e947133cbd499ebc1a61c3d5abc","typ":"JWT"}') + "." + url64(json.dumps(claims).encode())
    token = head + "." + url64(run("dgst", "-sha256", "-sign", key.name, data=head.encode()))
jwks = {"keys": [{"kty": "RSA", "kid": "other", "use": "sig", "n": url64(b"\xc1" + bytes(255)), "e": "AQAB"},
                 {"kty": "RSA", "kid": "7d680d8c70d44e947133cbd499ebc1a61c3d5abc", "alg": "RS256", "use": "sig", "n": url64(modulus), "e": "AQAB"}]}
body = '{"message":{"attributes":{"key":"value"},"data":"SGVsbG8gQ2xvdWQ=","messageId":"2070443601311540","message_id":"2070443601311540","publishTime":"2021-02-26T19:13:55.749Z"},"subscription":"projects/myproject/subscriptions/mysubscription"}'
write("gcp-pubsub", "gcp-pubsub", {"Content-Type": "application/json", "Authorization": "Bearer " + token}, body, [], id="2070443601311540", type="value",
      options={"audience": "https://example.com", "service_account": "gae-gcp@appspot.gserviceaccount.com", "type_attribute": "key"},
      keys={"https://www.googleapis.com/oauth2/v3/certs": json.dumps(jwks)})
