import { expect, onTestFinished, test, vi } from 'vitest';
import type { Scanner } from '../../kernel/folder-scan/scanner/scanner.ts';
import { createLog } from '../../kernel/log.ts';
import { type Bus, createBus } from '../../kernel/processes/bus/bus.ts';
import type { LinkListener } from '../../kernel/processes/bus/link.ts';
import { answerRescans, type RescannableRoot, rescanRoots } from './rescan-roots.ts';

const log = createLog({ level: 'silent', pretty: false });

/** The buses of two processes that reach each other. */
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
function watched(rescan: Scanner['rescan']): RescannableRoot {
  return { scanner: () => ({ rescan }) };
}

const heartbeats = { isWatched: () => true };
const elsewhere = { id: 1, path: '/aoi', root: undefined };

test('a rescan fails within seconds with a plain message when the watching process was just killed', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const [bus] = twoProcesses();
  const asked = expect(rescanRoots({ roots: [elsewhere], heartbeats, bus })).rejects.toMatchObject({
    status: 503,
    message: expect.stringMatching(/^The process that watches \/aoi did not answer: .*Try again/),
  });
  await vi.advanceTimersByTimeAsync(5_000);
  await asked;
});

test('a rescan waits a minute for the sweep once the watching process has confirmed', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const [bus, other] = twoProcesses();
  const result = { scanned: 9, added: 2, note: null };
  const slow = watched(() => new Promise((resolve) => setTimeout(resolve, 59_000, result)));
  answerRescans(other, (id) => (id === 1 ? slow : undefined));
  const asked = expect(rescanRoots({ roots: [elsewhere], heartbeats, bus })).resolves.toEqual(result);
  await vi.advanceTimersByTimeAsync(60_000);
  await asked;
});

test('a rescan of two folders returns the counts of the one that was swept and names the one that did not answer', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const [bus] = twoProcesses();
  const here = { id: 2, path: '/xray', root: watched(async () => ({ scanned: 4, added: 1, note: null })) };
  const asked = rescanRoots({ roots: [elsewhere, here], heartbeats, bus });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await asked).toEqual({ scanned: 4, added: 1, note: expect.stringContaining('/aoi did not answer') });
});
