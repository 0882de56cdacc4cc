import type { Bus } from '../kernel/processes/bus/bus.ts';

/**
 * Returns a function that asks the process of this site that cleans up for a run, and answers false when there can be no
 * other process. `run` is called when another process asks. All sites of a database share the bus, so each has a name
 * of its own; the colon at its end keeps site 1 apart from site 12.
 */
export function forwardRuns(
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
