import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createBatch } from './batch.ts';

const never = 3_600_000;

function recorder(options: { maxItems?: number; maxDelayMs?: number; maxPending?: number } = {}) {
  const written: number[][] = [];
  const errors: unknown[] = [];
  const disk = { broken: false, delayMs: 0, writing: 0, most: 0 };
  const batch = createBatch<number>({
    maxItems: 3,
    maxDelayMs: never,
    maxPending: 100,
    ...options,
    flush: async (items) => {
      disk.most = Math.max(disk.most, ++disk.writing);
      await sleep(disk.delayMs);
      disk.writing--;
      if (disk.broken) throw new Error('disk full');
      written.push(items);
    },
    onError: (error) => errors.push(error),
  });
  return { batch, written, errors, disk };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(1);
}

test('a full batch is written without waiting for the delay', async () => {
  const { batch, written } = recorder();
  for (const item of [1, 2, 3, 4]) expect(batch.add(item)).toBe(true);
  await until(() => written.length === 1);
  expect(written).toEqual([[1, 2, 3]]);
  expect(batch.size).toBe(1);
});

test('a batch that does not fill is written after the delay', async () => {
  const { batch, written } = recorder({ maxDelayMs: 2 });
  batch.add(1);
  await until(() => written.length === 1);
  expect(batch.size).toBe(0);
});

test('writes never overlap and keep the order, however fast items come', async () => {
  const { batch, written, disk } = recorder({ maxDelayMs: 1 });
  disk.delayMs = 1;
  const items = Array.from({ length: 40 }, (_, item) => item);
  for (const item of items) {
    batch.add(item);
    if (item % 10 === 0) await batch.flush();
  }
  await Promise.all([batch.flush(), batch.flush()]);
  expect(written.flat()).toEqual(items);
  expect(Math.max(...written.map((part) => part.length))).toBe(3);
  expect(disk.most).toBe(1);
});

test('a full batch refuses items until it has been written', async () => {
  const { batch, disk } = recorder({ maxItems: 10, maxPending: 2 });
  disk.delayMs = 5;
  expect([batch.add(1), batch.add(2), batch.add(3)]).toEqual([true, true, false]);
  const flushed = batch.flush();
  expect(batch.add(3)).toBe(false);
  await flushed;
  expect(batch.add(3)).toBe(true);
});

test('a failed write keeps its items, is reported, and is tried again until it succeeds', async () => {
  const { batch, written, errors, disk } = recorder();
  disk.broken = true;
  for (const item of [1, 2, 3]) batch.add(item);
  await until(() => errors.length === 1);
  batch.add(4);
  expect(batch.size).toBe(4);
  disk.broken = false;
  await until(() => batch.size === 0);
  expect(written).toEqual([[1, 2, 3], [4]]);
});

test('the waits between failed tries grow, and adding items does not shorten them', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let tries = 0;
  const flush = async () => {
    tries++;
    throw new Error('disk full');
  };
  const batch = createBatch<number>({ maxItems: 1, maxDelayMs: 1, maxPending: 10, flush });
  batch.add(1);
  await vi.advanceTimersByTimeAsync(100);
  expect(tries).toBe(2);
  batch.add(2);
  await vi.advanceTimersByTimeAsync(199);
  expect(tries).toBe(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(tries).toBe(3);
  await expect(batch.stop()).rejects.toThrow('disk full');
});

test('an explicit flush rejects on failure and loses nothing', async () => {
  const { batch, written, disk } = recorder();
  disk.broken = true;
  batch.add(1);
  await expect(batch.flush()).rejects.toThrow('disk full');
  disk.broken = false;
  await batch.flush();
  expect(written).toEqual([[1]]);
});

test('stopping writes what is left and refuses more', async () => {
  const { batch, written } = recorder();
  batch.add(1);
  await batch.stop();
  expect(written).toEqual([[1]]);
  expect(batch.add(2)).toBe(false);
});
