// oxlint-disable typescript/unbound-method -- methods are passed as what they are: functions
import assert from 'node:assert/strict';
import { pbkdf2Sync } from 'node:crypto';
import { createRequire } from 'node:module';
import { after, describe, test } from 'node:test';
import { isMainThread } from 'node:worker_threads';
import { FunctionReferenceError } from '../../../dist/core/exceptions.js';
import { assertNotImporting, whileRequiring } from '../../../dist/crossing/import-guard.js';
import { referenceOf } from '../../../dist/crossing/function-reference.js';
import { findInModuleScope } from '../../../dist/crossing/module-crawl.js';
import { resolveFunction, resolveFunctionSync } from '../../../dist/crossing/resolve-function.js';
import { task } from '../../../dist/crossing/task.js';
import * as hashes from '../../fixtures/crossing/hashes.js';
import { registerTwice, tasks } from '../../fixtures/crossing/tasks.js';
import { ReceiverThread } from './receiver-thread.js';

const legacy = createRequire(import.meta.url)('../../fixtures/crossing/legacy.cjs') as {
  top(x: number): number;
  make(): (x: number) => number;
};

/** A function of the module that is running: it is still being evaluated when it is sent. */
export function own(x: number): number {
  return x + 1000;
}
const earlyReference = referenceOf(own);

if (isMainThread) suite();

function suite(): void {
  describe('functions cross by name', () => {
    const receiver = new ReceiverThread();
    after(() => receiver.end());

    for (const [form, fn, expected] of [
      ['a function', hashes.plain, 2],
      ['an arrow function', hashes.arrow, 3],
      ['an async function', hashes.later, 4],
      ['a closure that is exported, by its variable', hashes.addTen, 11],
      ['another closure of the same text', hashes.addTwenty, 21],
      ['a static method', hashes.Hasher.of, 2],
      ['a method of an exported object', hashes.tools.twice, 2],
      ['an export under another name', hashes.renamed, 6],
      ['a default export', hashes.default, 7],
      ['an export of a CommonJS module', legacy.top, 101],
      ['a registered function that is not exported', tasks()[0]!, 100],
      ['a function of the running module', own, 1001],
    ] as const) {
      test(form, async () => {
        assert.equal(await receiver.call(fn, 1), expected);
      });
    }

    test('a generator function', async () => {
      assert.equal(await receiver.call(hashes.steps, 1), 5);
    });

    test("a function of Node's own modules", async () => {
      assert.deepEqual(referenceOf(pbkdf2Sync).url, 'node:crypto');
      const key = (await receiver.call(pbkdf2Sync, 'p', 's', 1, 8, 'sha1')) as Uint8Array;
      assert.deepEqual(Buffer.from(key), pbkdf2Sync('p', 's', 1, 8, 'sha1'));
    });

    test('the module that is being evaluated is not waited for', () => {
      assert.equal(earlyReference.name, 'own');
      assert.equal(earlyReference.url, import.meta.url);
      assert.equal(referenceOf(own), earlyReference);
    });

    test('a module that is loaded by require: no waiting', async () => {
      const other = new ReceiverThread();
      try {
        assert.equal(await other.callSync(hashes.plain, 1), 2);
        assert.equal(await other.callSync(legacy.top, 1), 101);
        assert.equal(await other.callSync(hashes.addTwenty, 1), 21);
      } finally {
        await other.end();
      }
    });

    test('this thread finds its own functions without loading', () => {
      const reference = referenceOf(hashes.plain);
      assert.equal(resolveFunction(reference), hashes.plain);
      assert.equal(resolveFunctionSync({ ...referenceOf(hashes.arrow) }), hashes.arrow);
    });

    test('and others of modules that it knows by one function', () => {
      const { url } = referenceOf(hashes.plain);
      const found = findInModuleScope(hashes.plain, 'Hasher');
      assert.equal(found, hashes.Hasher);
      assert.equal(findInModuleScope(hashes.plain, 'nowhere'), undefined);
      assert.match(url, /hashes\.js$/);
    });

    describe('refused at the receiver', () => {
      test('a function that is not exported: names the exports and both cures', async () => {
        const error = await receiver.failure(hashes.unreachable.hidden());
        assert.ok(error instanceof FunctionReferenceError);
        assert.match(error.message, /'hidden' .* is not exported from .*hashes\.js; it exports /);
        assert.match(error.message, /export function hidden\(x\)/);
        assert.match(error.message, /task\('hidden'/);
      });

      test('a module that throws on import', async () => {
        const { never } = await import('../../fixtures/crossing/throws-on-import.js');
        const error = await receiver.failure(never);
        assert.ok(error instanceof FunctionReferenceError);
        assert.match(
          error.message,
          /^importing .*throws-on-import\.js failed: RangeError: not in a worker$/,
        );
        assert.ok(error.cause instanceof RangeError);
      });

      test('a module that does not exist', async () => {
        const error = await receiver.failure({
          url: 'file:///nowhere.js',
          name: 'f',
          fingerprint: 1,
        });
        assert.ok(error instanceof FunctionReferenceError);
        assert.match(error.message, /importing file:\/\/\/nowhere\.js failed/);
      });

      test('an export of that name that is another function', async () => {
        const error = await receiver.failure({ ...referenceOf(hashes.plain), fingerprint: 1 });
        assert.match(String(error), /exports `plain`, but that is another function/);
      });

      test('a task that the import does not register', async () => {
        const error = await receiver.failure({ ...referenceOf(tasks()[0]!), name: 'task:other' });
        assert.match(
          String(error),
          /did not register task 'other'; call task\('other', fn\) at the top level/,
        );
      });

      for (const [how, file] of [
        ['at once', '../../fixtures/crossing/program.js'],
        ['after a top-level await', '../../fixtures/crossing/program-later.js'],
      ] as const) {
        test(`a module that starts its program when imported, ${how}: shows the guard`, async () => {
          const { work } = (await import(file)) as { work(x: number): number };
          const error = (await receiver.failure(work, 1)) as Error & { code: string };
          assert.equal(error.code, 'ERR_MAIN_GUARD');
          assert.match(error.message, /if \(isMainThread\) \{/);
        });
      }
    });

    test('a running function may submit while another module is imported', () => {
      const asynchronous = (): void => assertNotImporting('submit');
      return new Promise<void>((resolve, reject) => {
        setTimeout(function laterOn() {
          try {
            whileRequiring('file:///x.js', asynchronous);
            resolve();
          } catch (error) {
            reject(error);
          }
        }, 0);
      });
    });
  });

  describe('functions that are refused at once', () => {
    const refused = (fn: unknown, message: RegExp): void => {
      assert.throws(
        () => referenceOf(fn as Function),
        (error) => {
          assert.ok(error instanceof FunctionReferenceError);
          assert.match(error.message, message);
          assert.match(error.message, /export function .*\n.*\n.*\n.*task\('/);
          return true;
        },
      );
    };

    test('a closure: names what it captures, and where it was written', () => {
      refused(hashes.unreachable.closure(), /hashes\.js:\d+:\d+\).*captures `salt`, `pepper`/);
    });

    test('an inline function', () =>
      refused((x: number) => x, /no variable of|inside another function/));

    test('a function that uses a block around it', () => {
      const list: (() => number)[] = [];
      for (const n of [1]) list.push(() => n);
      refused(list[0], /captures `n`/);
    });

    test('a bound function', () =>
      refused(hashes.plain.bind(null), /'bound plain' .* bound function/));
    test('a native function', () => refused(Math.max, /native function/));
    test('a Proxy', () => refused(new Proxy(hashes.plain, {}), /is a Proxy/));
    // oxlint-disable-next-line typescript/no-implied-eval -- what is tested
    const fromText: unknown = new Function('return 1');
    test('a function made from text', () => refused(fromText, /made from text/));
    test('a function that a CommonJS module keeps', () => {
      refused(legacy.make(), /is not exported from .*legacy\.cjs; it exports top, make/);
    });

    test('what is no function is a TypeError', () => {
      assert.throws(
        () => referenceOf('hash' as never),
        /TypeError: a function was expected, got string/,
      );
      assert.throws(() => referenceOf(null as never), /got null/);
    });
  });

  describe('task', () => {
    test('returns the function itself', () => {
      const fn = (x: number): number => x;
      assert.equal(task('itself', fn), fn);
      assert.equal(referenceOf(fn).name, 'task:itself');
      assert.equal(task('itself', fn), fn);
    });

    test('refuses a second function under the same name', () => {
      assert.throws(
        registerTwice,
        /task\('twice'\): .*tasks\.js has already registered another function/,
      );
    });

    test('refuses what is no name and what is no function', () => {
      assert.throws(() => task('', () => 1), /name must be a string that is not empty/);
      assert.throws(() => task('x', 5 as never), /a function was expected, got number/);
    });
  });
}
