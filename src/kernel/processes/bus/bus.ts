import { randomUUID } from 'node:crypto';
import type { Log } from '../../log.ts';
import { type Link, type LinkListener, maxTextBytes, type OpenLink } from './link.ts';
import { type Message, readMessage } from './message.ts';
import { createOutbox } from './outbox.ts';
import { createRequests, type Requests } from './requests.ts';

/**
 * Merges two unsent payloads of one name. An undefined payload means "something of this name happened, reload all of
 * it".
 */
export type MergePayloads = (name: string, earlier: unknown, later: unknown) => unknown;

/** Connects the processes of an installation. A single process sends and receives nothing. */
export type Bus = Requests & {
  /** Whether there can be other processes. */
  readonly isShared: boolean;
  /**
   * Publishes to every other process, at most ten times a second under one name: what comes in between is merged. A
   * payload too large for the link is left out. Returns at once and never throws; while the link is down, one message a
   * name waits.
   */
  publish(name: string, payload: unknown): void;
  /** Receives what others publish under names that begin with `prefix`; a payload may be missing. */
  subscribe(prefix: string, listener: (name: string, payload: unknown) => void): void;
  /** The link has just come up, or messages were dropped: anything published before may have been missed. */
  onGap(listener: () => void): void;
  /** Connects. To be called when all subscriptions are in place; what is published before waits. */
  open(): void;
  stop(): Promise<void>;
};

/** `openLink` connects to the other processes; undefined for a single process. */
export function createBus(options: { openLink: OpenLink | undefined; merge: MergePayloads; log: Log }): Bus {
  const { openLink, merge, log } = options;
  const instance = randomUUID();
  const subscribers: { prefix: string; listener: (name: string, payload: unknown) => void }[] = [];
  const gapListeners: (() => void)[] = [];
  let isUp = false;
  let link: Link | undefined;
  const post = (message: Message) => link?.send(pack(message)) ?? Promise.reject(new Error('It is not open'));
  const requests = createRequests(instance, openLink ? post : undefined);
  const outbox = createOutbox<{ name: string; payload: unknown }>({
    send: ({ name, payload }) => post({ type: 'told', from: instance, name, payload }),
    merge: (earlier, later) => ({ ...later, payload: merge(later.name, earlier.payload, later.payload) }),
    onLost: () => void post({ type: 'lost', from: instance }).catch(() => {}),
  });

  function receive(message: Message): void {
    if (message.type === 'lost') {
      for (const listener of gapListeners) listener();
    } else if (message.type === 'told') {
      const { name, payload } = message;
      for (const { prefix, listener } of subscribers) if (name.startsWith(prefix)) listener(name, payload);
    } else requests.receive(message);
  }

  const listener: LinkListener = {
    onText: (text) => {
      const message = readMessage(text);
      if (!message || message.from === instance) return;
      try {
        receive(message);
      } catch (err) {
        log.error({ err, message: message.type }, 'A message of another process could not be handled');
      }
    },
    onUp: () => {
      isUp = true;
      outbox.resume();
      for (const onGap of gapListeners) onGap();
    },
  };
  return {
    isShared: openLink !== undefined,
    publish: (name, payload) => {
      if (openLink) outbox.put(name, { name, payload });
    },
    subscribe: (prefix, onPublished) => void subscribers.push({ prefix, listener: onPublished }),
    onGap: (onGap) => {
      gapListeners.push(onGap);
      // A listener that registers after the link came up has missed what was published so far.
      if (isUp) queueMicrotask(onGap);
    },
    request: requests.request,
    onRequest: requests.onRequest,
    open: () => {
      link ??= openLink?.(listener);
    },
    stop: async () => {
      requests.stop();
      await outbox.stop();
      await link?.stop();
    },
  };
}

/** A message as text, without its payload if that makes it too long. */
function pack(message: Message): string {
  const text = JSON.stringify(message);
  if (Buffer.byteLength(text) <= maxTextBytes) return text;
  return JSON.stringify({ ...message, payload: undefined });
}
