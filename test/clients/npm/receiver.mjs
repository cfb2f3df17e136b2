// A webhook receiver that keeps the raw bytes of what it gets and answers as told.
import { once, EventEmitter } from "node:events";
import { createServer } from "node:http";

import { patienceMs, receiverHost } from "./settings.mjs";

export class Receiver {
  arrivals = []; // { path, headers, body (Buffer), id }
  answer = () => 204; // takes an arrival, returns a status

  #changed = new EventEmitter();
  #server = createServer((request, response) => this.#take(request, response));

  static async start(t) {
    const receiver = new Receiver();
    receiver.#server.listen(0, receiverHost);
    await once(receiver.#server, "listening");
    receiver.url = `http://${receiverHost}:${receiver.#server.address().port}`;
    t.after(() => {
      receiver.#server.closeAllConnections();
      receiver.#server.close();
    });
    return receiver;
  }

  async #take(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const arrival = {
      path: request.url,
      headers: request.headers,
      body: Buffer.concat(chunks),
      id: request.headers["webhook-id"],
    };
    response.writeHead(this.answer(arrival)).end();
    this.arrivals.push(arrival);
    this.#changed.emit("arrival");
  }

  /** Returns the attempts of one message once there are n of them. */
  async of(messageId, n = 1) {
    const signal = AbortSignal.timeout(patienceMs);
    for (;;) {
      const found = this.arrivals.filter((arrival) => arrival.id === messageId);
      if (found.length >= n) return found;
      await once(this.#changed, "arrival", { signal });
    }
  }
}
