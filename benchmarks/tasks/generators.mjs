/** The numbers from 1 to `most`. */
export function* count(most) {
  for (let i = 1; i <= most; i++) yield i;
}
