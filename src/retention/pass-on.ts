import type { Bus } from '../kernel/processes/bus/bus.ts';

/**
 * Answers how a process that does not clean up itself asks the one of its site that does, which tells whether anybody
 * can be asked. `run` is called when another
 * process asks this one. Every site of a database hears the bus: each asks under a name of its own, whose end keeps
 * site 1 apart from site 12.
 */
export function sharePassedOn(
  bus: Pick<Bus, 'isShared' | 'publish' | 'subscribe'>,
  { siteId, run }: { siteId: number; run: () => void },
): () => boolean {
  const name = `retention:run:${siteId}:`;
  bus.subscribe(name, run);
  return () => {
    bus.publish(name, undefined);
    return bus.isShared;
  };
}
