import { type Events, isForAll, mergeEvents, type Publish } from './events.ts';
import type { Log } from './kernel/log.ts';
import type { Bus } from './kernel/processes/bus/bus.ts';
import { type LiveScreens, screenReactions } from './live/screens/screens.ts';

/**
 * Who reacts to what; each reaction returns at once and never throws. The payload of an event of another process is
 * undefined when it was too large for the way: then anything may have changed.
 */
export type Reactions = {
  /** To what this process did. */
  own: { [E in keyof Events]?: readonly ((payload: Events[E]) => void)[] };
  /** To what any other process did. */
  others: { [E in keyof Events]?: readonly ((payload: Events[E] | undefined) => void)[] };
};

type Parts = {
  checks: { wake(added: number): void };
  images: { wake(stationIds: readonly number[]): void; forgetFailures(): void };
  system: { countRecorded(images: number): void };
  topics: { recheck(): void };
  live: {
    showStations(stationIds: readonly number[] | undefined): void;
    follow(news: Events['live.recorded'] | undefined): void;
  };
  screens: LiveScreens;
  sockets: { recheck(): void };
};

/** The reactions of the product; `parts` is asked when something happens, because the parts tell of events themselves. */
export function productReactions(parts: () => Parts): Reactions {
  const recheck = () => {
    parts().topics.recheck();
    parts().sockets.recheck();
  };
  return {
    own: {
      'inspections.recorded': [
        ({ added }) => parts().checks.wake(added),
        ({ stationIds }) => parts().images.wake(stationIds),
        ({ added }) => parts().system.countRecorded(added),
        ({ stationIds }) => parts().live.showStations(stationIds),
      ],
      ...screenReactions(() => parts().screens),
      'access.changed': [recheck],
    },
    others: {
      // Whoever checks COUNT may not be who records; and thumbnails lie beside each process that shows them.
      'inspections.recorded': [
        (news) => parts().checks.wake(news?.added ?? 0),
        (news) => parts().images.wake(news?.stationIds ?? []),
        (news) => parts().live.showStations(news?.stationIds),
      ],
      'live.recorded': [(news) => parts().live.follow(news)],
      'images.changed': [() => parts().images.forgetFailures()],
      'access.changed': [recheck],
    },
  };
}

type Streams = { publish(event: string, payload?: unknown): void; refreshAll(): void };

const prefix = 'event:';

/** Puts together what is told under one name and was not sent yet. */
export function mergeTold(name: string, earlier: unknown, later: unknown): unknown {
  return name.startsWith(prefix) ? mergeEvents(name.slice(prefix.length), earlier, later) : later;
}

/**
 * Hands every event to its reactions, to the live fragments and to the other processes; and what those tell to the
 * reactions and live fragments here. `refresh` reads anew what is kept in memory of the database. It comes before the
 * fragments are rendered when something new was met, and when anything may have been missed, after which all of them are.
 */
export function createPublish(options: {
  reactions: Reactions;
  streams: Streams;
  bus: Bus;
  refresh: () => Promise<void>;
  log: Log;
}): Publish {
  const { reactions, streams, bus, refresh, log } = options;
  let isStale = false;

  async function catchUp(): Promise<void> {
    if (!isStale) return;
    isStale = false;
    try {
      await refresh();
    } catch (err) {
      isStale = true;
      log.warn({ err }, 'What other processes have added cannot be read yet');
    }
  }

  async function take<E extends keyof Events>(event: E, payload: Events[E] | undefined): Promise<void> {
    if (event === 'plant.grown') isStale = true;
    await catchUp();
    for (const react of reactions.others[event] ?? []) react(payload);
    streams.publish(event, payload);
  }

  bus.subscribe(prefix, (name, payload) => {
    take(name.slice(prefix.length) as keyof Events, payload as never).catch((err: unknown) =>
      log.error({ err, event: name }, 'An event of another process could not be taken in'),
    );
  });
  bus.onGap(() => {
    isStale = true;
    void catchUp().then(() => {
      for (const event of Object.keys(reactions.others) as (keyof Events)[])
        for (const react of reactions.others[event] ?? []) react(undefined as never);
      streams.refreshAll();
    });
  });
  return (event, payload) => {
    for (const react of reactions.own[event] ?? []) react(payload);
    streams.publish(event, payload);
    if (isForAll(event)) bus.publish(`${prefix}${event}`, payload);
  };
}
