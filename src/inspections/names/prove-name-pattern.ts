import { startThread } from '../../kernel/jobs/start-thread.ts';
import { compileNamePattern, maxNameLength, maxPathLength, type NamingSettings } from './parse-file-name.ts';
import { toJavaScriptPattern } from './python-pattern.ts';

/** A name that takes longer than this three times in a row makes the pattern slow. */
const nameLimitMs = 25;
/** A worker silent for this long is stuck in one name and is terminated. */
const silenceLimitMs = 1_000;
/** A worker that has not started by then never will. */
const startLimitMs = 15_000;

const slowFault =
  'The pattern can take for ever on some names. Avoid repetitions within repetitions, as in (a+)+, and several .* in a row.';

/**
 * Checks that the pattern of names or paths is safe to run on untrusted names; returns the fault in one sentence, or undefined. A
 * regular expression cannot be interrupted, so it is tried once, at startup, in a worker thread that is terminated when
 * one name takes a second. The default pattern is not tried. Rejects when the thread does not start.
 */
export async function proveNamePattern(naming: NamingSettings = {}): Promise<string | undefined> {
  const compiled = compileNamePattern(naming);
  if (!compiled.ok) return compiled.fault;
  if (compiled.pattern.isDefault) return undefined;

  const worker = startThread(new URL('./name-pattern-worker.ts', import.meta.url), {
    workerData: {
      pattern: toJavaScriptPattern(compiled.pattern.source),
      nameLength: compiled.pattern.isPath ? maxPathLength : maxNameLength,
      limitMs: nameLimitMs,
    },
  });
  let timer: NodeJS.Timeout | undefined;
  let messages = 0;
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      const expectMessageWithin = (limitMs: number, onSilence: () => void) => {
        clearTimeout(timer);
        const seen = ++messages;
        // In a busy main thread the timer may fire before messages that have already arrived are read: read them first.
        timer = setTimeout(() => setImmediate(() => seen === messages && onSilence()), limitMs);
      };
      expectMessageWithin(startLimitMs, () =>
        reject(new Error('The thread that tries the file name pattern did not start.')),
      );
      worker.on('error', reject);
      worker.on('message', (message: 'alive' | 'slow' | 'fast') => {
        if (message === 'alive') expectMessageWithin(silenceLimitMs, () => resolve(slowFault));
        else resolve(message === 'slow' ? slowFault : undefined);
      });
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
