import assert from "node:assert/strict";

const ids = (page) => page.data.map((entry) => entry.id);

/** Pages by two to the end and all the way back, and returns the ids in forward order. */
export async function walk(list) {
  const pages = [await list({ limit: 2 })];
  while (!pages.at(-1).done) {
    assert.ok(pages.length < 10, "the list ends");
    pages.push(await list({ limit: 2, iterator: pages.at(-1).iterator }));
  }
  let back = pages.at(-1);
  for (const expected of pages.slice(0, -1).reverse()) {
    assert.match(back.prevIterator, /^-/);
    back = await list({ limit: 2, iterator: back.prevIterator });
    assert.deepEqual(ids(back), ids(expected));
  }
  assert.equal(back.done, true, "the walk back ends at the beginning");
  return pages.flatMap(ids);
}
