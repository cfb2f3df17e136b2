from vector import *
import subprocess, tempfile

def run(*args, data=b""):
    return subprocess.run(["openssl", *args], input=data, capture_output=True, check=True).stdout

# The messages of "Step 1: Make sure your endpoint is ready", with our own certificate, which starts when it is made.
AT, CERT = "2030-01-01T00:00:00Z", "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem"
TOPIC = "arn:aws:sns:us-west-2:123456789012:MyTopic"
key, pem = tempfile.NamedTemporaryFile(), tempfile.NamedTemporaryFile()
run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key.name, "-out", pem.name, "-days", "7300", "-subj", "/CN=sns.amazonaws.com")


def message(name, version, fields, id, type):
    text = "".join("%s\n%s\n" % (n, fields[n]) for n in sorted(fields))
    sig = run("dgst", {"1": "-sha1", "2": "-sha256"}[version], "-sign", key.name, data=text.encode())
    body = json.dumps({**fields, "SignatureVersion": version, "Signature": b64(sig), "SigningCertURL": CERT}, indent=2)
    write(name, "aws-sns", {"Content-Type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": type}, body, [], id=id, type=type if id else "", at=AT,
          options={"signature_version": version, "topic_arn": TOPIC}, keys={CERT: open(pem.name).read()})


for name, version in (("aws-sns", "2"), ("aws-sns-1", "1")):
    message(name, version, {"Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": TOPIC, "Subject": "My First Message",
            "Message": "Hello world!\nSøren", "Timestamp": "2012-05-02T00:54:06.655Z"}, "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "Notification")
message("aws-sns-confirmation", "2", {"Type": "SubscriptionConfirmation", "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b", "Token": "2336412f37f", "TopicArn": TOPIC,
        "Message": "You have chosen to subscribe to the topic " + TOPIC + ".\nTo confirm the subscription, visit the SubscribeURL included in this message.",
        "SubscribeURL": "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + TOPIC + "&Token=2336412f37f",
        "Timestamp": "2012-04-26T20:45:04.751Z"}, "", "SubscriptionConfirmation")
