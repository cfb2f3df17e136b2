from vector import *

answers = '{"slug":"submit/5320","q3_name":{"first":"Søren"}}'
body = "".join('--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % ("b0undary", name, value) for name, value in (
    ("action", ""), ("formID", "5320"), ("submissionID", "5320000000000000000"), ("rawRequest", answers))) + "--b0undary--\r\n"
write("jotform", "jotform", {"Content-Type": "multipart/form-data; boundary=b0undary"}, body, ["long-random-text"], query="key=long-random-text",
      id="5320000000000000000:" + hashlib.sha256(answers.encode()).hexdigest(), type="submission")
