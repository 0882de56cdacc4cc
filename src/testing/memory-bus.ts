import { createLog } from '../kernel/log.ts';
import { type Bus, createBus } from '../kernel/processes/bus/bus.ts';
import type { LinkListener } from '../kernel/processes/bus/link.ts';

/** The buses of so many processes on one database: each hears what any other says. */
export function openMemoryBuses(count: number): Bus[] {
  const listeners: LinkListener[] = [];
  const openLink = (listener: LinkListener) => {
    listeners.push(listener);
    return {
      send: async (text: string) => {
        for (const { onText } of listeners) onText(text);
      },
      stop: async () => {},
    };
  };
  const log = createLog({ level: 'silent', pretty: false });
  return Array.from({ length: count }, () => {
    const bus = createBus({ openLink, merge: () => undefined, log });
    bus.open();
    return bus;
  });
}
