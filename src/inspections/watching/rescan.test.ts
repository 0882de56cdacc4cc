import { expect, onTestFinished, test, vi } from 'vitest';
import { createLog } from '../../kernel/log.ts';
import { type Bus, createBus } from '../../kernel/processes/bus/bus.ts';
import type { LinkListener } from '../../kernel/processes/bus/link.ts';
import { answerRescans, rescanAll } from './rescan.ts';
import type { WatchedRoot } from './watch-root.ts';

const log = createLog({ level: 'silent', pretty: false });

/** Two processes that hear each other. */
function twoProcesses(): [Bus, Bus] {
  const listeners = new Set<LinkListener>();
  const open = (): Bus => {
    const openLink = (listener: LinkListener) => {
      listeners.add(listener);
      return {
        send: async (text: string) => {
          for (const each of listeners) queueMicrotask(() => each.onText(text));
        },
        stop: async () => void listeners.delete(listener),
      };
    };
    const bus = createBus({ openLink, merge: () => undefined, log });
    onTestFinished(() => bus.stop());
    bus.open();
    return bus;
  };
  return [open(), open()];
}

/** A root watched by this process, whose sweeps come to `rescan`. */
function watched(
  rescan: NonNullable<ReturnType<WatchedRoot['scanner']>>['rescan'],
): Pick<WatchedRoot, 'scanner'> {
  const scanner = { rescan } as NonNullable<ReturnType<WatchedRoot['scanner']>>;
  return { scanner: () => scanner };
}

const shared = { isWatched: () => true };
const elsewhere = { id: 1, path: '/aoi', root: undefined };

test('a rescan asked of a process whose scanner was just killed is refused within seconds, in words', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const [bus] = twoProcesses();
  const asked = expect(rescanAll({ roots: [elsewhere], shared, bus })).rejects.toMatchObject({
    status: 503,
    message: expect.stringMatching(/^The process that watches \/aoi did not answer: .*Try again/),
  });
  await vi.advanceTimersByTimeAsync(5_000);
  await asked;
});

test('a sweep that takes a minute is waited for once a process has said that it watches', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const [bus, other] = twoProcesses();
  const result = { scanned: 9, added: 2, note: null };
  const slow = watched(() => new Promise((resolve) => setTimeout(resolve, 59_000, result)));
  answerRescans(other, (id) => (id === 1 ? slow : undefined));
  const asked = expect(rescanAll({ roots: [elsewhere], shared, bus })).resolves.toEqual(result);
  await vi.advanceTimersByTimeAsync(60_000);
  await asked;
});

test('where one of two folders is swept the counts are answered, and the silent one is named', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const [bus] = twoProcesses();
  const here = { id: 2, path: '/xray', root: watched(async () => ({ scanned: 4, added: 1, note: null })) };
  const asked = rescanAll({ roots: [elsewhere, here], shared, bus });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await asked).toEqual({ scanned: 4, added: 1, note: expect.stringContaining('/aoi did not answer') });
});
