import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createLog } from '../kernel/log.ts';
import { writePlainPictures } from '../testing/demo-fixture.ts';
import { testNow } from '../testing/test-app.ts';
import { createTestClock } from '../testing/test-clock.ts';
import { createDemo } from './demo.ts';

test('removed as its drawing ends, it is not watched again while it goes', { timeout: 150_000 }, async () => {
  const root = mkdtempSync(join(tmpdir(), 'linesight-turns-'));
  const dir = join(root, 'demo');
  await writePlainPictures(join(dir, '.linesight-demo'));
  const events: string[] = [];
  const begun = Promise.withResolvers<void>();
  const pressed = Promise.withResolvers<{ removed: Promise<void> }>();
  const demo = createDemo({
    isAllowed: true,
    dir,
    overlaps: undefined,
    overlapOf: async () => undefined,
    isOwnDir: true,
    timeZone: 'Asia/Seoul',
    clock: createTestClock(testNow),
    log: createLog({ level: 'silent', pretty: false }),
    announce: async () => {},
    watch: async () => {
      pressed.resolve(demo.remove());
      // Long enough for a removal that does not wait for its turn to begin.
      await Promise.race([begun.promise, sleep(3_000)]);
      events.push('watched');
    },
    watchLive: async () => void events.push('pictures watched'),
    removal: {
      isKnown: async () => false,
      begin: async () => {
        events.push('unwatched');
        begun.resolve();
      },
      findBegun: async () => undefined,
      finish: async () => true,
    },
    removeLive: async () => true,
    onChanged: () => {},
  });
  await demo.start();
  await (await pressed.promise).removed;
  expect(events).toEqual(['watched', 'pictures watched', 'unwatched']);
  expect(demo.state).toBe('absent');
  await demo.stop();
  rmSync(root, { recursive: true, force: true });
});
