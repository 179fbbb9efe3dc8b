import { Presets, SingleBar } from 'cli-progress';
import { count, size } from './report.ts';

/** Says how far the work has come, where a person is looking: on a terminal, and nowhere else. */
export class ProgressBar {
  readonly #bar: SingleBar | undefined;
  #bytes = 0;
  #total: number;
  readonly #isTotalKnown: boolean;

  /** @param total - bytes; when it is not known, `grow` tells it bit by bit */
  constructor(title: string, total?: number) {
    this.#total = total ?? 0;
    this.#isTotalKnown = total !== undefined;
    if (!process.stdout.isTTY || !process.stderr.isTTY) return;
    const format = `${title} {bar} {percentage}%  {files} files, {size}`;
    this.#bar = new SingleBar(
      { format, barsize: 24, clearOnComplete: true, linewrap: true, stream: process.stderr },
      Presets.shades_classic,
    );
    this.#bar.start(Math.max(this.#total, 1), 0, { files: '0', size: size(0) });
  }

  /** There are so many bytes more to come. */
  grow(bytes: number): void {
    if (this.#isTotalKnown) return;
    this.#total += bytes;
    this.#bar?.setTotal(this.#total);
  }

  /** So much is done, all together. */
  show(files: number, bytes: number): void {
    this.#bytes = bytes;
    this.#bar?.update(this.#bytes, { files: count(files), size: size(bytes) });
  }

  /** Takes the bar off the screen. */
  end(): void {
    this.#bar?.stop();
  }
}
