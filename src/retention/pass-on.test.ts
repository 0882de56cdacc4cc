import { expect, onTestFinished, test, vi } from 'vitest';
import { createBus } from '../kernel/bus/bus.ts';
import type { LinkListener } from '../kernel/bus/link.ts';
import { createLog } from '../kernel/log.ts';
import { sharePassedOn } from './pass-on.ts';

const log = createLog({ level: 'silent', pretty: false });

/** Processes on one database: each hears what any of them says. */
function openBuses(count: number) {
  const listeners: LinkListener[] = [];
  return Array.from({ length: count }, () => {
    const bus = createBus({
      openLink: (listener) => {
        listeners.push(listener);
        return {
          send: async (text) => {
            for (const { onText } of listeners) onText(text);
          },
          stop: async () => {},
        };
      },
      merge: () => undefined,
      log,
    });
    bus.open();
    onTestFinished(() => bus.stop());
    return bus;
  });
}

test('a clean-up asked for at one site begins at no other site of the database', async () => {
  const [pages, busan, gary, albany] = openBuses(4) as [never, never, never, never];
  const ran: string[] = [];
  sharePassedOn(busan, { siteId: 1, run: () => ran.push('busan') });
  sharePassedOn(gary, { siteId: 2, run: () => ran.push('gary') });
  sharePassedOn(albany, { siteId: 12, run: () => ran.push('albany') });
  const askBusan = sharePassedOn(pages, { siteId: 1, run: () => ran.push('the one that asks') });
  expect(askBusan()).toBe(true);
  await vi.waitFor(() => expect(ran).toContain('busan'));
  const askAlbany = sharePassedOn(pages, { siteId: 12, run: () => {} });
  askAlbany();
  await vi.waitFor(() => expect(ran).toEqual(['busan', 'albany']));
});

test('a process that is alone and does not clean up says that nobody can be asked', async () => {
  const alone = createBus({ openLink: undefined, merge: () => undefined, log });
  onTestFinished(() => alone.stop());
  expect(sharePassedOn(alone, { siteId: 1, run: () => {} })()).toBe(false);
});
