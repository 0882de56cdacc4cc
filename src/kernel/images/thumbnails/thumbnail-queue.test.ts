import { expect, test } from 'vitest';
import { createThumbnailQueue, notDone } from './thumbnail-queue.ts';

/** A queue with a single slot, occupied until `release`, and the order in which work was done. */
function busyQueue(limits: { maxViewers?: number; maxAhead?: number } = {}) {
  const queue = createThumbnailQueue({ concurrency: 1, maxViewers: 10, maxAhead: 10, ...limits });
  const done: string[] = [];
  const gate = Promise.withResolvers<void>();
  void queue.add('first', () => gate.promise, 'viewer');
  const add = (id: string, urgency: 'viewer' | 'ahead') =>
    queue.add(
      id,
      async () => {
        done.push(id);
        return id;
      },
      urgency,
    );
  return { queue, done, add, release: gate.resolve };
}

test('viewers come before work ahead, and of that the newest image first', async () => {
  const { done, add, release } = busyQueue();
  const all = [add('old', 'ahead'), add('a', 'viewer'), add('new', 'ahead'), add('b', 'viewer')];
  release();
  await Promise.all(all);
  expect(done).toEqual(['a', 'b', 'new', 'old']);
});

test('work ahead that a viewer asks for moves to the viewers', async () => {
  const { queue, done, add, release } = busyQueue();
  const all = [add('old', 'ahead'), add('new', 'ahead')];
  queue.hurry('old');
  expect(queue.size()).toEqual({ viewers: 1, ahead: 1 });
  release();
  await Promise.all(all);
  expect(done).toEqual(['old', 'new']);
});

test('a full queue refuses viewers at once, and lets new work ahead replace the oldest', async () => {
  const { queue, done, add, release } = busyQueue({ maxViewers: 1, maxAhead: 2 });
  const answers = [
    add('a', 'viewer'),
    add('b', 'viewer'),
    add('1', 'ahead'),
    add('2', 'ahead'),
    add('3', 'ahead'),
  ];
  expect(queue.size()).toEqual({ viewers: 1, ahead: 2 });
  release();
  expect(await Promise.all(answers)).toEqual(['a', notDone, notDone, '2', '3']);
  expect(done).toEqual(['a', '3', '2']);
});

test('work that fails leaves the others alone', async () => {
  const { queue, add, release } = busyQueue();
  const failing = queue.add('x', () => Promise.reject(new Error('broken')), 'viewer');
  const next = add('y', 'viewer');
  release();
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('y');
});

test('stopping drops waiting work and finishes running work', async () => {
  const { queue, done, add, release } = busyQueue();
  const waiting = [add('a', 'viewer'), add('b', 'ahead')];
  const stopped = queue.stop();
  release();
  await stopped;
  expect(await Promise.all(waiting)).toEqual([notDone, notDone]);
  expect([done, queue.size()]).toEqual([[], { viewers: 0, ahead: 0 }]);
});
