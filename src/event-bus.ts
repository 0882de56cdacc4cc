import { type Events, isForAll, mergeEvents, type Publish } from './events.ts';
import type { Log } from './kernel/log.ts';
import type { Bus } from './kernel/processes/bus/bus.ts';

/**
 * What each event sets off. A reaction returns at once and never throws. An event of another process arrives without its
 * payload when that was too large to send: then anything may have changed.
 */
export type Reactions = {
  /** Events of this process. */
  own: { [E in keyof Events]?: readonly ((payload: Events[E]) => void)[] };
  /** Events of any other process. */
  others: { [E in keyof Events]?: readonly ((payload: Events[E] | undefined) => void)[] };
};

/** Carries events to their reactions, to the fragments on screen and to the other processes. */
export type EventBus = {
  publish: Publish;
  /**
   * Adds the reactions, once all parts exist. `refresh` reloads what is cached of the database. It runs before fragments
   * are rendered when another process added a name, and when messages may have been lost; then every fragment renders.
   */
  connect(options: { reactions: Reactions; refresh: () => Promise<void> }): void;
};

type Fragments = { publish(event: string, payload?: unknown): void; refreshAll(): void };

const prefix = 'event:';

/** Merges two messages of one name while the first is still waiting to be sent. */
export function mergeMessages(name: string, earlier: unknown, later: unknown): unknown {
  return name.startsWith(prefix) ? mergeEvents(name.slice(prefix.length), earlier, later) : later;
}

/** Every part gets `publish` when it is made, so the bus comes before all of them and learns the reactions last. */
export function createEventBus(options: { bus: Bus; fragments: Fragments; log: Log }): EventBus {
  const { bus, fragments, log } = options;
  let reactions: Reactions = { own: {}, others: {} };
  let refresh = async (): Promise<void> => {};
  /** Another process may have added names that the caches here lack. */
  let isStale = false;

  async function refreshIfStale(): Promise<void> {
    if (!isStale) return;
    isStale = false;
    try {
      await refresh();
    } catch (err) {
      isStale = true;
      log.warn({ err }, 'What other processes have added cannot be read yet');
    }
  }

  async function receive<E extends keyof Events>(event: E, payload: Events[E] | undefined): Promise<void> {
    if (event === 'plant.grown' || event === 'plant.changed') isStale = true;
    await refreshIfStale();
    for (const react of reactions.others[event] ?? []) react(payload);
    fragments.publish(event, payload);
  }

  async function recoverFromGap(): Promise<void> {
    isStale = true;
    await refreshIfStale();
    for (const event of Object.keys(reactions.others) as (keyof Events)[])
      for (const react of reactions.others[event] ?? []) react(undefined as never);
    fragments.refreshAll();
  }

  bus.subscribe(prefix, (name, payload) => {
    receive(name.slice(prefix.length) as keyof Events, payload as never).catch((err: unknown) =>
      log.error({ err, event: name }, 'An event of another process could not be handled'),
    );
  });
  bus.onGap(() => void recoverFromGap());
  return {
    publish: (event, payload) => {
      for (const react of reactions.own[event] ?? []) react(payload);
      fragments.publish(event, payload);
      if (isForAll(event)) bus.publish(`${prefix}${event}`, payload);
    },
    connect: (parts) => {
      reactions = parts.reactions;
      refresh = parts.refresh;
    },
  };
}
