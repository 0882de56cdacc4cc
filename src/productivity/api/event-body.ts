import { AppError } from '../../kernel/errors.ts';
import type { AppContext } from '../../kernel/http/env.ts';
import type { EventRecorder, SentOutcome } from '../recording/event-recorder.ts';

/** Events of a stream that are recorded together. */
const linesPerBatch = 1_000;
/** An event has a few short fields. */
const maxLineLength = 64 * 1024;

export function isNdjson(c: AppContext): boolean {
  return /^application\/(?:x-)?(?:nd-?json|jsonl(?:ines)?)\b/i.test(c.req.header('content-type') ?? '');
}

/** Records the events of an NDJSON body while it arrives; empty lines do not count. Answers one outcome a line. */
export async function recordLines(c: AppContext, recorder: EventRecorder): Promise<SentOutcome[]> {
  const outcomes: SentOutcome[] = [];
  let batch: unknown[] = [];
  const flush = async () => {
    // Many outcomes: not as arguments of a call.
    for (const outcome of await recorder.record(batch, 'http')) outcomes.push(outcome);
    batch = [];
  };
  for await (const line of linesOf(c.req.raw.body)) {
    if (line.trim() === '') continue;
    batch.push(parseLine(line));
    if (batch.length >= linesPerBatch) await flush();
  }
  await flush();
  return outcomes;
}

/** What is no JSON is refused like any other event that is none. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return `${line.slice(0, 100)} is not JSON`;
  }
}

async function* linesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  if (body === null) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    if (rest.length > maxLineLength) {
      throw new AppError(
        'too_large',
        `A line of this body is longer than ${maxLineLength} characters. Send one event a line.`,
        {
          details: { maxLineLength },
        },
      );
    }
    yield* lines;
  }
  yield rest + decoder.decode();
}
