import { createHash } from 'node:crypto';
import { inline } from 'skein';

const salt = 'sea';

try {
  inline((text: string) =>
    createHash('sha256')
      .update(salt + text)
      .digest('hex'),
  );
} catch (error) {
  const [first = ''] = String(error).split('\n');
  console.log(first.replace(/ \(.*?\)/, ''));
}

// The same, with all that it needs as arguments.
const digest = inline(async (text: string, pinch: string) => {
  const crypto = await import('node:crypto');
  return crypto
    .createHash('sha256')
    .update(pinch + text)
    .digest('hex');
});
console.log((await digest('text', salt)).length);
