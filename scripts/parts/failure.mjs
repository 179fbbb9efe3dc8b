// A failure the user should read as it stands: a script prints its message, without a stack.

export class Failure extends Error {
  name = 'Failure';
}

/**
 * Runs a script's main function. A Failure is printed and becomes exit code 1.
 *
 * @param {() => void | Promise<void>} main
 */
export async function script(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
