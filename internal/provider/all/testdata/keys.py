"""Vectors for schemes with a key pair. The keys are made anew, by openssl, whenever this runs."""
import subprocess, tempfile, time, zlib
from vector import *

folder = tempfile.mkdtemp()


def openssl(*args, stdin=b""):
    return subprocess.run(["openssl", *args], input=stdin, capture_output=True, check=True, cwd=folder).stdout


def signed(key, data, *more):
    with open(folder + "/data", "wb") as f:
        f.write(data)
    return openssl("pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", "data", *more)


def url64(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


openssl("genpkey", "-algorithm", "ed25519", "-out", "ed.pem")
openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "rsa.pem", "-out", "cert.pem", "-days", "36500",
        "-subj", "/CN=messageverificationcerts.paypal.com")
read = lambda name: open(folder + "/" + name).read()

body = '{"version":1,"application_id":"1","type":1,"event":{"type":"APPLICATION_AUTHORIZED","timestamp":"2026-03-01T11:59:59.000000+00:00"}}'
write("discord", "discord", {"Content-Type": "application/json", "X-Signature-Timestamp": str(NOON),
      "X-Signature-Ed25519": signed("ed.pem", (str(NOON) + body).encode()).hex()}, body,
      [openssl("pkey", "-in", "ed.pem", "-pubout", "-outform", "DER")[-32:].hex()], type="APPLICATION_AUTHORIZED")

body = '{"id":"WH-58D329510W468432D","event_type":"CHECKOUT.ORDER.APPROVED","create_time":"2026-03-01T11:59:59.000Z"}'
at, cert = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1"
text = "|".join(["69cd13f0", at, "1JE4291016473214C", str(zlib.crc32(body.encode()))])
write("paypal", "paypal", {"Content-Type": "application/json", "PAYPAL-TRANSMISSION-ID": "69cd13f0", "PAYPAL-TRANSMISSION-TIME": at,
      "PAYPAL-CERT-URL": cert, "PAYPAL-AUTH-ALGO": "SHA256withRSA",
      "PAYPAL-TRANSMISSION-SIG": b64(signed("rsa.pem", text.encode(), "-digest", "sha256"))}, body, [],
      id="WH-58D329510W468432D", type="CHECKOUT.ORDER.APPROVED", options={"webhook_id": "1JE4291016473214C"}, keys={cert: read("cert.pem")}, at=at)  # the certificate is valid from now on

event = json.dumps({"id": "9e33", "slug": "created", "eventTime": "2026-03-01T11:59:59Z"})
data = json.dumps({"data": event, "instanceId": "i", "eventType": "wix.contacts.v4.contact_created"})
head = url64(b'{"kid":"1","alg":"RS256"}') + "." + url64(json.dumps({"data": data, "iat": NOON, "exp": NOON + 3600}).encode())
write("wix", "wix", {"Content-Type": "text/plain"}, head + "." + url64(signed("rsa.pem", head.encode(), "-digest", "sha256")),
      [openssl("pkey", "-in", "rsa.pem", "-pubout").decode()], id="9e33", type="wix.contacts.v4.contact_created")
