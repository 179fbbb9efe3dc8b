// What the other thread does: answers everything that comes.

import { increment } from './tasks.mjs';

export function answer(questions, answers) {
  for (const x of questions) answers.putSync(increment(x));
}

export async function answerLater(questions, answers) {
  for await (const x of questions) await answers.put(increment(x));
}
