import { setTimeout as pause } from "node:timers/promises";

import { patienceMs } from "./settings.mjs";

/**
 * Asks again until probe gives something truthy, and returns that. For states that the API shows a
 * moment after the event that a test can see.
 */
export async function eventually(what, probe) {
  const signal = AbortSignal.timeout(patienceMs);
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (signal.aborted) throw new Error(`not within ${patienceMs} ms: ${what}`);
    await pause(10);
  }
}
