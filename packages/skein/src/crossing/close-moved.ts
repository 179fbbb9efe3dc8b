/**
 * Gives up what was moved out of one thread and never arrives in another. Memory goes when nobody
 * refers to it. Ports and files have to be closed, so that who holds the other end hears of it.
 */
export function closeAll(moved: readonly object[]): void {
  for (const each of moved) {
    const { close } = each as { close?: () => unknown };
    if (typeof close !== 'function') continue;
    try {
      // A file closes later, and nobody is there to hear that it could not.
      void Promise.resolve(close.call(each)).catch(() => {});
    } catch {
      // In use, or closed already: then it is somebody's, or gone.
    }
  }
}
