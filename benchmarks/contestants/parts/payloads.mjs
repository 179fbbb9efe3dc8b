/**
 * What is sent to a task, and how its result is checked.
 *
 * Call number i, from 0, sends something from which comes, one way or another, the number i + 1. So
 * the sum of the numbers of all results says whether every call was answered, once and rightly.
 *
 * @typedef {object} Payload
 * @property {'increment' | 'echo' | 'incrementBehind' | 'numberIn'} task
 * @property {(i: number, lane: number) => unknown} value a lane has one call under way at a time, so
 *   that it can use the same memory again
 * @property {(result: any) => number} number
 */

/** @type {Record<string, () => Payload>} */
const payloads = {
  number: () => ({ task: 'increment', value: (i) => i, number: (result) => result }),
  gated: () => ({ task: 'incrementBehind', value: (i) => i, number: (result) => result }),
  object: () => ({
    task: 'echo',
    value: (i) => ({
      id: i + 1,
      name: 'Ada Lovelace',
      email: 'ada@example.org',
      scores: [1, 2, 3],
      active: true,
      city: 'London',
    }),
    number: (result) => (result.scores.length === 3 ? result.id : NaN),
  }),
  kibibyte: () => bytes(2 ** 10),
  mebibyte: () => bytes(2 ** 20),
  given: () => givenAway(2 ** 16),
  source: () => sources(8 * 2 ** 10),
  longSource: () => sources(100 * 2 ** 10),
};

/** @param {keyof typeof payloads} [kind] */
export const payloadOf = (kind = 'number') => payloads[kind]();

/** Bytes with the number at both ends. */
function bytes(size) {
  const ofLanes = [];
  return {
    task: 'echo',
    value: (i, lane) => {
      const sent = (ofLanes[lane] ??= Buffer.alloc(size));
      sent.writeUInt32LE(i + 1, 0);
      sent.writeUInt32LE(i + 1, size - 4);
      return sent;
    },
    number: (result) => {
      const view = new DataView(result.buffer, result.byteOffset, result.byteLength);
      const number = view.getUint32(0, true);
      return number === view.getUint32(size - 4, true) ? number : NaN;
    },
  };
}

/** Bytes with the number at their beginning, new ones for each call, which may take them away. */
function givenAway(size) {
  return {
    task: 'numberIn',
    value: (i) => {
      const sent = new Uint8Array(size);
      new DataView(sent.buffer).setUint32(0, i + 1, true);
      return sent;
    },
    number: (result) => result,
  };
}

/** Program texts, sixteen of them by turns, for one call at a time: each begins with its own number. */
function sources(size) {
  const line = '  const total = items.reduce((sum, item) => sum + item.price, 0);\n';
  const body = line.repeat(size / line.length);
  const texts = Array.from({ length: 16 }, (_, nth) => `// ${nth}\n${body}`.padEnd(size));
  for (const text of texts) Buffer.from(text); // the engine puts the pieces of a text together
  let sent;
  return {
    task: 'echo',
    value: (i) => texts[(sent = i) % 16],
    number: (text) =>
      text.length === size && parseInt(text.slice(3, 5), 10) === sent % 16 ? sent + 1 : NaN,
  };
}

/** @throws {Error} when the results of `count` calls are not what they must be */
export function checkSum(sum, count) {
  const expected = (count * (count + 1)) / 2;
  if (sum !== expected) throw new Error(`Wrong results: their sum is ${sum}, not ${expected}`);
}
