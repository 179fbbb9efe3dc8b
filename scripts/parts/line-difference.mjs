// Shows in which lines two texts differ.

/**
 * Lists the lines that only one of two texts has, in order: `-` only the first, `+` only the second.
 * By the longest common subsequence; made for texts of a few thousand lines.
 *
 * @param {string} before
 * @param {string} after
 * @returns {string}
 */
export function lineDifference(before, after) {
  const a = before.split('\n');
  const b = after.split('\n');
  // common[i][j]: how many lines a from i on and b from j on have in common
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i][j] =
        a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const lines = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) [i, j] = [i + 1, j + 1];
    else if (j === b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) {
      lines.push(`- ${a[i++]}`);
    } else lines.push(`+ ${b[j++]}`);
  }
  return lines.join('\n');
}
