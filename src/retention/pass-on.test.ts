import { expect, onTestFinished, test, vi } from 'vitest';
import { createLog } from '../kernel/log.ts';
import { type Bus, createBus } from '../kernel/processes/bus/bus.ts';
import { openMemoryBuses } from '../testing/memory-bus.ts';
import { sharePassedOn } from './pass-on.ts';

const log = createLog({ level: 'silent', pretty: false });

test('a clean-up asked for at one site begins at no other site of the database', async () => {
  const buses = openMemoryBuses(4);
  onTestFinished(async () => {
    for (const bus of buses) await bus.stop();
  });
  const [pages, busan, gary, albany] = buses as [Bus, Bus, Bus, Bus];
  const ran: string[] = [];
  sharePassedOn(busan, { siteId: 1, run: () => ran.push('busan') });
  sharePassedOn(gary, { siteId: 2, run: () => ran.push('gary') });
  sharePassedOn(albany, { siteId: 12, run: () => ran.push('albany') });
  const askBusan = sharePassedOn(pages, { siteId: 1, run: () => ran.push('the one that asks') });
  expect(askBusan()).toBe(true);
  await vi.waitFor(() => expect(ran).toContain('busan'), 10_000);
  const askAlbany = sharePassedOn(pages, { siteId: 12, run: () => {} });
  askAlbany();
  await vi.waitFor(() => expect(ran).toEqual(['busan', 'albany']), 10_000);
});

test('a process that is alone and does not clean up says that nobody can be asked', async () => {
  const alone = createBus({ openLink: undefined, merge: () => undefined, log });
  onTestFinished(() => alone.stop());
  expect(sharePassedOn(alone, { siteId: 1, run: () => {} })()).toBe(false);
});
