/** Shows, on a terminal only, what is being done; '' takes it away again. */
export function saying(line) {
  const { stderr } = process;
  if (stderr.isTTY) stderr.write(`\r\u001b[K${line.slice(0, stderr.columns - 1)}`);
}
