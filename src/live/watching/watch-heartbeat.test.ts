import { expect, test } from 'vitest';
import { createTestClock } from '../../testing/test-clock.ts';
import { createWatchHeartbeat } from './watch-heartbeat.ts';

/** Two processes of site 1; a message of either reaches both at once. */
function startTwo() {
  const clock = createTestClock(0);
  const listeners: ((name: string, payload: unknown) => void)[] = [];
  const changes: string[] = [];
  const open = (processName: string) =>
    createWatchHeartbeat({
      clock,
      siteId: 1,
      processName,
      bus: {
        subscribe: (prefix, listener) =>
          void listeners.push((name, payload) => name.startsWith(prefix) && listener(name, payload)),
        publish: (name, payload) => send(name, payload),
      },
      onChange: () => changes.push(processName),
    });
  const send = (name: string, payload: unknown) => {
    for (const receive of listeners) receive(name, JSON.parse(JSON.stringify(payload)));
  };
  return { clock, changes, send, watcher: open('a'), web: open('web') };
}

test('other processes know each folder as its watcher published it, and as unwatched once the watcher is silent', () => {
  const { clock, watcher, web } = startTwo();
  expect([web.channels(), web.watcher()]).toEqual([undefined, undefined]);
  watcher.publish([
    { id: 7, offlineReason: null },
    { id: 8, offlineReason: 'missing' },
  ]);
  expect([web.channels()?.[1], web.watcher()]).toEqual([{ id: 8, offlineReason: 'missing' }, 'a']);
  clock.advance(15_000);
  expect(web.watcher()).toBe('a');
  clock.advance(2_000);
  expect(web.watcher()).toBeUndefined();
  expect(web.channels()).toEqual([
    { id: 7, offlineReason: 'unwatched' },
    { id: 8, offlineReason: 'unwatched' },
  ]);
});

test('the heartbeat of a site with a longer number, or a malformed one, changes nothing', () => {
  const { send, web, changes } = startTwo();
  const payload = { by: 'x', channels: [[1, null]] };
  send('live-watch:10', payload);
  for (const bad of [null, 1, {}, { by: 1, channels: [] }, { by: 'x', channels: 'all' }])
    send('live-watch:1', bad);
  expect([web.channels(), changes]).toEqual([undefined, []]);
  send('live-watch:1', { by: 'x', channels: [[1, 3], ['a', null], null, [2, 'missing']] });
  expect(web.channels()).toEqual([
    { id: 1, offlineReason: null },
    { id: 2, offlineReason: 'missing' },
  ]);
  send('live-watch:1', {
    by: 'x',
    channels: [
      [1, null],
      [2, 'missing'],
    ],
  });
  expect(changes).toEqual(['a', 'web']);
});
