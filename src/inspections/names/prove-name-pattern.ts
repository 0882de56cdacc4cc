import { Worker } from 'node:worker_threads';
import { compileNamePattern, MAX_NAME_LENGTH } from './file-name.ts';
import { toJavaScriptPattern } from './python-pattern.ts';

/** Longest time that one name may take, three times in a row. */
const nameLimitMs = 25;
/** The thread is ended when it has been silent this long: it is caught in one name. */
const silenceLimitMs = 1_000;
/** A thread that has not even begun after this time is given up. */
const startLimitMs = 15_000;

const slowFault =
  'The file name pattern can take for ever on some names. Avoid repetitions within repetitions, as in (a+)+, and several .* in a row.';

/**
 * Whether a pattern of FILENAME_REGEX is safe to run on names that anybody may write: the fault in one sentence, or
 * undefined. A regular expression cannot be interrupted, so the pattern is tried once, at start, in a thread that is
 * ended when one name keeps it busy for a second. The default pattern needs no trial. Rejects when no thread starts.
 */
export async function proveNamePattern(source?: string): Promise<string | undefined> {
  const compiled = compileNamePattern(source);
  if (!compiled.ok) return compiled.fault;
  if (compiled.pattern.isDefault) return undefined;

  const worker = new Worker(new URL('./name-pattern-worker.ts', import.meta.url), {
    workerData: {
      pattern: toJavaScriptPattern(compiled.pattern.source),
      nameLength: MAX_NAME_LENGTH,
      limitMs: nameLimitMs,
    },
  });
  let timer: NodeJS.Timeout | undefined;
  let words = 0;
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      const expectWordWithin = (limitMs: number, onSilence: () => void) => {
        clearTimeout(timer);
        const heard = ++words;
        // A busy main thread finds the timer due before it has read what was said meanwhile: read that first.
        timer = setTimeout(() => setImmediate(() => heard === words && onSilence()), limitMs);
      };
      expectWordWithin(startLimitMs, () =>
        reject(new Error('The thread that tries the file name pattern did not start.')),
      );
      worker.on('error', reject);
      worker.on('message', (word: 'alive' | 'slow' | 'fast') => {
        if (word === 'alive') expectWordWithin(silenceLimitMs, () => resolve(slowFault));
        else resolve(word === 'slow' ? slowFault : undefined);
      });
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
