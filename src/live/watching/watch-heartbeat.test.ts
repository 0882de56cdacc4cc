import { expect, test } from 'vitest';
import { createTestClock } from '../../testing/test-clock.ts';
import { createSharedWatch } from './watch-heartbeat.ts';

/** Two processes of site 1, and what either says reaches the other at once. */
function startTwo() {
  const clock = createTestClock(0);
  const hearers: ((name: string, payload: unknown) => void)[] = [];
  const heard: string[] = [];
  const open = (processName: string) =>
    createSharedWatch({
      ...{ clock, siteId: 1, processName },
      bus: {
        hear: (prefix, listener) =>
          void hearers.push((name, payload) => name.startsWith(prefix) && listener(name, payload)),
        tell: (name, payload) => say(name, payload),
      },
      onHeard: () => heard.push(processName),
    });
  const say = (name: string, payload: unknown) => {
    for (const hear of hearers) hear(name, JSON.parse(JSON.stringify(payload)));
  };
  return { clock, heard, say, watcher: open('a'), web: open('web') };
}

test('whoever does not watch knows each folder as its watcher says it, and that nobody watches once that one is silent', () => {
  const { clock, watcher, web } = startTwo();
  expect([web.heard(), web.watcher()]).toEqual([undefined, undefined]);
  watcher.share([
    { id: 7, offlineReason: null },
    { id: 8, offlineReason: 'missing' },
  ]);
  expect([web.heard()?.[1], web.watcher()]).toEqual([{ id: 8, offlineReason: 'missing' }, 'a']);
  clock.advance(15_000);
  expect(web.watcher()).toBe('a');
  clock.advance(2_000);
  expect(web.watcher()).toBeUndefined();
  expect(web.heard()).toEqual([
    { id: 7, offlineReason: 'unwatched' },
    { id: 8, offlineReason: 'unwatched' },
  ]);
});

test('another site of a longer number, and whatever is no such message, changes nothing', () => {
  const { say, web, heard } = startTwo();
  const payload = { by: 'x', channels: [[1, null]] };
  say('live-watch:10', payload);
  for (const bad of [null, 1, {}, { by: 1, channels: [] }, { by: 'x', channels: 'all' }])
    say('live-watch:1', bad);
  expect([web.heard(), heard]).toEqual([undefined, []]);
  say('live-watch:1', { by: 'x', channels: [[1, 3], ['a', null], null, [2, 'missing']] });
  expect(web.heard()).toEqual([
    { id: 1, offlineReason: null },
    { id: 2, offlineReason: 'missing' },
  ]);
  say('live-watch:1', {
    by: 'x',
    channels: [
      [1, null],
      [2, 'missing'],
    ],
  });
  expect(heard).toEqual(['a', 'web']);
});
