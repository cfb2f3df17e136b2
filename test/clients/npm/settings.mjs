// The Go test that runs these files gives them a server; by hand: POSTHORN_URL and POSTHORN_TOKEN.

function setting(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`Set ${name}: these tests need a running Posthorn that may send to loopback.`);
  }
  return value;
}

export const serverUrl = setting("POSTHORN_URL");
export const token = setting("POSTHORN_TOKEN");
// Where receivers listen; the server must be allowed to send there.
export const receiverHost = process.env.POSTHORN_TEST_RECEIVER_HOST ?? "127.0.0.1";
export const patienceMs = 30_000;
