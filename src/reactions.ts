import type { Events, Publish } from './events.ts';

/** Who reacts to what; each reaction returns at once and never throws. */
export type Reactions = { [E in keyof Events]?: readonly ((payload: Events[E]) => void)[] };

/** Hands every event to its reactions and to the live fragments. */
export function createPublish(
  reactions: Reactions,
  publishToStreams: (event: string, payload?: unknown) => void,
): Publish {
  return (event, payload) => {
    for (const react of reactions[event] ?? []) react(payload);
    publishToStreams(event, payload);
  };
}
