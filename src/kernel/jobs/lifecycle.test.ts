import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { createLifecycle } from './lifecycle.ts';

function lifecycleOf(deadlineMs = 5000) {
  const lines: string[] = [];
  const log = createLog({
    level: 'error',
    pretty: false,
    destination: { write: (line) => lines.push(line) },
  });
  return { lifecycle: createLifecycle({ log, deadlineMs }), lines };
}

test('what started last stops first, each before the next', async () => {
  const { lifecycle } = lifecycleOf();
  const stopped: string[] = [];
  lifecycle.onStop('database', () => void stopped.push('database'));
  lifecycle.onStop('writer', async () => {
    await sleep(5);
    stopped.push('writer');
  });
  lifecycle.onStop('server', () => void stopped.push('server'));
  expect(await lifecycle.stop('test')).toBe(true);
  expect(stopped).toEqual(['server', 'writer', 'database']);
});

test('a part that fails to stop is named in the log and the others still stop', async () => {
  const { lifecycle, lines } = lifecycleOf();
  let databaseClosed = false;
  lifecycle.onStop('database', () => {
    databaseClosed = true;
  });
  lifecycle.onStop('watcher', () => Promise.reject(new Error('handle lost')));
  expect(await lifecycle.stop('test')).toBe(false);
  expect(databaseClosed).toBe(true);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ part: 'watcher', err: { message: 'handle lost' } });
});

test('a part that hangs is left behind at the deadline', async () => {
  const { lifecycle, lines } = lifecycleOf(5);
  let databaseClosed = false;
  lifecycle.onStop('database', () => {
    databaseClosed = true;
  });
  lifecycle.onStop('stuck', () => new Promise<void>(() => {}));
  expect(await lifecycle.stop('test')).toBe(false);
  expect(databaseClosed).toBe(true);
  expect(lines).toHaveLength(1);
});

test('asked to stop twice, everything stops once', async () => {
  const { lifecycle } = lifecycleOf();
  let stops = 0;
  lifecycle.onStop('server', () => void stops++);
  await Promise.all([lifecycle.stop('first'), lifecycle.stop('second')]);
  expect(stops).toBe(1);
});
