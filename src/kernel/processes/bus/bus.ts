import { randomUUID } from 'node:crypto';
import type { Log } from '../../log.ts';
import { type Link, type LinkListener, maxTextBytes, type OpenLink } from './link.ts';
import { type Message, readMessage } from './message.ts';
import { createOutbox } from './outbox.ts';
import { createQuestions } from './questions.ts';

/**
 * Puts two payloads of one name together while neither was sent. Undefined payloads mean "something of this name
 * happened, look at all of it".
 */
export type MergePayloads = (name: string, earlier: unknown, later: unknown) => unknown;

/** Connects the processes of an installation. In a process that is alone nothing is sent and nothing comes. */
export type Bus = {
  /** Whether other processes can be reached at all. */
  readonly isShared: boolean;
  /**
   * Tells every other process, at most ten times a second under one name: what comes in between is merged. A payload too
   * large for the way is left out. Returns at once, never throws; while the way is closed one message a name waits.
   */
  tell(name: string, payload: unknown): void;
  /** What others tell under names that begin with `prefix`; a payload may be missing. */
  hear(prefix: string, listener: (name: string, payload: unknown) => void): void;
  /** The way has just opened, or something was lost: whatever others told before may have been missed. */
  onGap(listener: () => void): void;
  /**
   * Asks all other processes and answers what the first of them answers.
   *
   * @throws AppError 'unavailable' when nobody answers in time, or nobody can be asked.
   */
  ask(name: string, payload: unknown, withinMs: number): Promise<unknown>;
  /** Answers what others ask under this name; undefined is silence. */
  answer(name: string, answerer: (payload: unknown) => Promise<unknown>): void;
  /** Begins to hear, when everybody is there to listen. What is told before waits. */
  open(): void;
  stop(): Promise<void>;
};

/** `openLink` is the way to the others; undefined for a process that is alone. */
export function createBus(options: { openLink: OpenLink | undefined; merge: MergePayloads; log: Log }): Bus {
  const { openLink, merge, log } = options;
  const instance = randomUUID();
  const hearers: { prefix: string; listener: (name: string, payload: unknown) => void }[] = [];
  const gapListeners: (() => void)[] = [];
  let isUp = false;
  let link: Link | undefined;
  const post = (message: Message) => link?.send(pack(message)) ?? Promise.reject(new Error('It is not open'));
  const questions = createQuestions(instance, openLink ? post : undefined);
  const outbox = createOutbox<{ name: string; payload: unknown }>({
    send: ({ name, payload }) => post({ type: 'told', from: instance, name, payload }),
    merge: (earlier, later) => ({ ...later, payload: merge(later.name, earlier.payload, later.payload) }),
    onLost: () => void post({ type: 'lost', from: instance }).catch(() => {}),
  });

  function take(message: Message): void {
    if (message.type === 'lost') for (const listener of gapListeners) listener();
    else if (message.type === 'told') {
      const { name, payload } = message;
      for (const { prefix, listener } of hearers) if (name.startsWith(prefix)) listener(name, payload);
    } else questions.take(message);
  }

  const listener: LinkListener = {
    onText: (text) => {
      const message = readMessage(text);
      if (!message || message.from === instance) return;
      try {
        take(message);
      } catch (err) {
        log.error({ err, message: message.type }, 'What another process told could not be taken in');
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
    tell: (name, payload) => {
      if (openLink) outbox.put(name, { name, payload });
    },
    hear: (prefix, hearer) => void hearers.push({ prefix, listener: hearer }),
    onGap: (onGap) => {
      gapListeners.push(onGap);
      // Opened before anybody asked: to this listener that is a gap as well.
      if (isUp) queueMicrotask(onGap);
    },
    ask: questions.ask,
    answer: questions.answer,
    open: () => {
      link ??= openLink?.(listener);
    },
    stop: async () => {
      questions.stop();
      await outbox.stop();
      await link?.stop();
    },
  };
}

/** A message as text; a payload that makes it too long is left out. */
function pack(message: Message): string {
  const text = JSON.stringify(message);
  if (Buffer.byteLength(text) <= maxTextBytes) return text;
  return JSON.stringify({ ...message, payload: undefined });
}
