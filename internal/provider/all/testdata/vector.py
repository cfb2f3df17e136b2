"""Writes a signed request as a test vector. The scripts beside this one compute with Python's hmac and hashlib (and, for
public keys, with openssl), so that a vector is not the work of the code it tests. Run one with python3, in this folder."""
import base64, hashlib, hmac, json, os, sys

NOON = 1772366400  # 2026-03-01 12:00:00 UTC, when all of them are sent
URL = "https://hooks.example.com/in/src_2abc"


def mac(algorithm, key, *parts):
    """Returns the HMAC of the parts, joined. Keys and parts are text or bytes."""
    def raw(x):
        return x if isinstance(x, bytes) else x.encode()
    return hmac.new(raw(key), b"".join(map(raw, parts)), getattr(hashlib, algorithm)).digest()


def b64(raw):
    return base64.b64encode(raw).decode()


def write(name, provider, headers, body, secrets, id="", type="", method="POST", url=URL, query="", options=None,
          at="2026-03-01T12:00:00Z", keys=None, answer=""):
    """Writes name.json."""
    v = {"from": "script " + os.path.basename(sys.argv[0]), "provider": provider, "options": options or {},
         "secrets": secrets, "method": method, "url": url, "query": query, "headers": headers, "body": body, "at": at,
         "keys": keys or {}, "id": id, "type": type, "answer": answer}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".json"), "w") as f:
        json.dump({k: x for k, x in v.items() if x not in ("", {})}, f, indent=2, ensure_ascii=False)
        f.write("\n")
