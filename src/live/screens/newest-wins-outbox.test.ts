import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createOutbox } from './newest-wins-outbox.ts';

/** A connection that takes messages only while it is free. */
function createLine() {
  const sent: string[] = [];
  let waitingBytes = 0;
  return {
    sent,
    block: () => {
      waitingBytes = 1;
    },
    free: () => {
      waitingBytes = 0;
    },
    socket: {
      send: (text: string) => void sent.push(text),
      bufferedBytes: () => waitingBytes,
      close: () => {},
    },
  };
}

test('a free connection gets every message at once', () => {
  const line = createLine();
  const outbox = createOutbox(line.socket, () => {});
  for (const text of ['a1', 'a2', 'b1']) outbox.put(text[0]!, text);
  expect(line.sent).toEqual(['a1', 'a2', 'b1']);
});

test('a congested connection gets only the newest message of each key, in order, once it is free', async () => {
  const line = createLine();
  const skipped: string[] = [];
  const outbox = createOutbox(line.socket, (key) => void skipped.push(key));
  line.block();
  for (let i = 1; i <= 1_000; i++) outbox.put('a', `a${i}`);
  outbox.put('b', 'b1');
  outbox.put('a', 'a1001');
  await sleep(60);
  expect(line.sent).toEqual([]);
  line.free();
  await expect.poll(() => line.sent).toEqual(['b1', 'a1001']);
  expect(skipped).toEqual(Array.from({ length: 1_000 }, () => 'a'));
});

test('messages waiting for a viewer that left are dropped', async () => {
  const line = createLine();
  const outbox = createOutbox(line.socket, () => {});
  line.block();
  outbox.put('a', 'a1');
  outbox.clear();
  line.free();
  await sleep(60);
  expect(line.sent).toEqual([]);
});
