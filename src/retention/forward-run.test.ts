import { expect, onTestFinished, test, vi } from 'vitest';
import { createLog } from '../kernel/log.ts';
import { type Bus, createBus } from '../kernel/processes/bus/bus.ts';
import { openMemoryBuses } from '../testing/memory-bus.ts';
import { forwardRuns } from './forward-run.ts';

const log = createLog({ level: 'silent', pretty: false });

test('a run requested at one site begins at no other site of the database', async () => {
  const buses = openMemoryBuses(4);
  onTestFinished(async () => {
    for (const bus of buses) await bus.stop();
  });
  const [pages, busan, gary, albany] = buses as [Bus, Bus, Bus, Bus];
  const ran: string[] = [];
  forwardRuns(busan, { siteId: 1, run: () => ran.push('busan') });
  forwardRuns(gary, { siteId: 2, run: () => ran.push('gary') });
  forwardRuns(albany, { siteId: 12, run: () => ran.push('albany') });
  const askBusan = forwardRuns(pages, { siteId: 1, run: () => ran.push('the asking process') });
  expect(askBusan()).toBe(true);
  await vi.waitFor(() => expect(ran).toContain('busan'), 10_000);
  const askAlbany = forwardRuns(pages, { siteId: 12, run: () => {} });
  askAlbany();
  await vi.waitFor(() => expect(ran).toEqual(['busan', 'albany']), 10_000);
});

test('a single process has no other to forward a run to', async () => {
  const alone = createBus({ openLink: undefined, merge: () => undefined, log });
  onTestFinished(() => alone.stop());
  expect(forwardRuns(alone, { siteId: 1, run: () => {} })()).toBe(false);
});
