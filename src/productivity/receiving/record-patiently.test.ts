import { expect, test } from 'vitest';
import { AppError } from '../../kernel/errors.ts';
import { createLog } from '../../kernel/log.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import { createEventCounts } from '../recording/event-counts.ts';
import type { EventRecorder } from '../recording/event-recorder.ts';
import { createRecordPatiently, readMessage } from './record-patiently.ts';
import { retryDelay } from './retry-delay.ts';

/** Records into a list by a recorder that fails as `fault` says of the events of a call and how often it was called. */
function openRecord(fault: (events: readonly unknown[], call: number) => Error | undefined) {
  const recorded: unknown[] = [];
  const refused: { reason: string; body: unknown }[] = [];
  let calls = 0;
  const recorder: EventRecorder = {
    record: async (events) => {
      calls += 1;
      const error = fault(events, calls);
      if (error) throw error;
      recorded.push(...events);
      return events.map(() => ({ status: 'recorded' }));
    },
  };
  const record = createRecordPatiently({
    source: 'mqtt',
    siteId: () => 1,
    recorder,
    refusedEvents: {
      keep: async ({ reason, body }) => void refused.push({ reason, body }),
      list: async () => [],
      count: async () => 0,
    },
    counts: createEventCounts(createTestClock(0)),
    log: createLog({ level: 'silent', pretty: false }),
  });
  return { record, recorded, refused, calls: () => calls };
}

const away = () => new AppError('unavailable', 'The database does not answer');

test('while the database is away, events wait until it is back', async () => {
  const { record, recorded, refused, calls } = openRecord((_events, call) => (call < 5 ? away() : undefined));
  await record([{ events: [1, 2] }], new AbortController().signal);
  expect([recorded, refused, calls()]).toEqual([[1, 2], [], 5]);
});

test('a program that stops while events wait lets their sender keep them', async () => {
  const ending = new AbortController();
  const { record, recorded, refused } = openRecord((_events, call) => {
    if (call === 2) ending.abort();
    return away();
  });
  await expect(record([{ events: [1] }], ending.signal)).rejects.toThrow();
  expect([recorded, refused]).toEqual([[], []]);
});

test('an event that cannot be recorded is refused with the reason, and those around it are recorded', async () => {
  const { record, recorded, refused } = openRecord((events) =>
    events.includes(2) ? new Error('out of range') : undefined,
  );
  await record([{ events: [1, 2] }, readMessage('{'), { events: [3] }], new AbortController().signal);
  expect(recorded).toEqual([1, 3]);
  expect(refused).toEqual([
    { reason: 'It could not be recorded: out of range', body: 2 },
    { reason: expect.stringMatching(/^The message is not JSON: /), body: '{' },
  ]);
});

test('tries become rarer up to half a minute, and never come in step', () => {
  const longest = Array.from({ length: 12 }, (_, i) => retryDelay(i + 1, () => 0));
  expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 16000, ...Array.from({ length: 6 }, () => 30000)]);
  expect(retryDelay(3, () => 1)).toBe(1000);
  expect(retryDelay(1_000, () => 0)).toBe(30_000);
});
