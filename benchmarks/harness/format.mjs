/** A number with three digits that count: 0.0123, 1.23, 12.3, 123, 1 230. */
export function threeDigits(number) {
  if (number >= 100) return grouped(Math.round(number));
  return String(Number(number.toPrecision(3)));
}

function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** Tasks a second, from microseconds for one. */
export function rate(microseconds) {
  const perSecond = 1e6 / microseconds;
  if (perSecond >= 1e6) return `${threeDigits(perSecond / 1e6)} M/s`;
  return perSecond >= 1e3 ? `${threeDigits(perSecond / 1e3)} k/s` : `${threeDigits(perSecond)} /s`;
}

export function duration(microseconds) {
  if (microseconds >= 1000) return `${threeDigits(microseconds / 1000)} ms`;
  return microseconds >= 1
    ? `${threeDigits(microseconds)} µs`
    : `${threeDigits(microseconds * 1000)} ns`;
}

/** Bytes, in the unit of 2^10, 2^20 or 2^30 that fits. */
export function size(bytes) {
  if (bytes >= 2 ** 30) return `${threeDigits(bytes / 2 ** 30)} GiB`;
  if (bytes >= 2 ** 20) return `${threeDigits(bytes / 2 ** 20)} MiB`;
  return bytes >= 2 ** 10 ? `${threeDigits(bytes / 2 ** 10)} KiB` : `${threeDigits(bytes)} B`;
}

export const times = (ratio) => (ratio === undefined ? '–' : `${threeDigits(ratio)}×`);
