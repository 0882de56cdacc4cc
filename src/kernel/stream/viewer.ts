import type { ServerResponse } from 'node:http';
import type { ActiveTopic, TopicSubscriber } from './active-topic.ts';
import { createFrame, createGzipAssembler, type Frame } from './frame.ts';

/** A viewer with this much unsent data, or one that accepts none for this long, is disconnected; its page reconnects. */
const maxPendingBytes = 1024 * 1024;
export const defaultMaxBlockedMs = 30_000;

export type ViewerCounters = {
  /** Changes not sent to a slow viewer because a newer, whole fragment replaces them. */
  coalesced: number;
  /** Viewers disconnected for being too slow. */
  cutOff: number;
};

/** One open stream. */
export type StreamViewer = TopicSubscriber & {
  /**
   * Starts the response: first `greetings`, then every topic that the viewer needs, i.e. unless its content hash (`have`)
   * or the last change it received (`lastSeen`) shows that it is up to date.
   */
  open(
    greetings: readonly Frame[],
    topics: readonly { topic: ActiveTopic; have: string | undefined }[],
    lastSeen: number | undefined,
  ): void;
  /** Sends a message that belongs to no topic; skipped while the viewer is slow. */
  send(frame: Frame): void;
  /** Disconnects the viewer when it has been slow for too long. */
  checkPatience(): void;
  /** Ends the stream properly. */
  end(): void;
};

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // Without this, proxies hold messages back until a buffer is full.
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

/**
 * Writes straight to the connection, without a queue. For a viewer that does not keep up, changed topics are only marked;
 * once it reads again, it receives the newest state of each, whole.
 */
export function createStreamViewer(
  outgoing: ServerResponse,
  options: { gzip: boolean; maxBlockedMs: number; messageId: () => string; counters: ViewerCounters },
): StreamViewer {
  const gzip = options.gzip ? createGzipAssembler() : undefined;
  const owed = new Map<ActiveTopic, string | undefined>();
  let blockedSince: number | undefined;

  const cutOff = () => {
    options.counters.cutOff += 1;
    outgoing.destroy();
  };
  const write = (frame: Frame) => {
    if (outgoing.destroyed || outgoing.writableEnded) return;
    if (!outgoing.write(gzip ? gzip.add(frame) : frame.plain)) blockedSince ??= performance.now();
    if (outgoing.writableLength > maxPendingBytes) cutOff();
  };
  const payOwed = () => {
    for (const [topic, have] of owed) {
      if (blockedSince !== undefined) return;
      const state = topic.state();
      if (!state) continue;
      owed.delete(topic);
      if (state.hash !== have) write(state.snapshot);
    }
    // The viewer now has everything up to this change.
    if (owed.size === 0 && blockedSince === undefined) write(createFrame({ id: options.messageId() }));
  };

  outgoing.on('drain', () => {
    blockedSince = undefined;
    payOwed();
  });
  outgoing.on('error', () => outgoing.destroy());

  return {
    open: (greetings, topics, lastSeen) => {
      outgoing.writeHead(
        200,
        gzip ? { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' } : headers,
      );
      outgoing.flushHeaders();
      if (gzip) outgoing.write(gzip.header);
      for (const frame of greetings) write(frame);
      for (const { topic, have } of topics) {
        const state = topic.state();
        const upToDate = lastSeen !== undefined && state !== undefined && state.sequence <= lastSeen;
        if (!upToDate) owed.set(topic, lastSeen === undefined ? have : undefined);
      }
      payOwed();
    },
    update: (topic, change) => {
      if (blockedSince === undefined && change && !owed.has(topic)) return write(change);
      if (blockedSince !== undefined) options.counters.coalesced += 1;
      if (!owed.has(topic)) owed.set(topic, undefined);
      if (blockedSince === undefined) payOwed();
    },
    send: (frame) => {
      if (blockedSince === undefined) write(frame);
    },
    checkPatience: () => {
      if (blockedSince !== undefined && performance.now() - blockedSince > options.maxBlockedMs) cutOff();
    },
    end: () => {
      if (outgoing.destroyed || outgoing.writableEnded) return;
      outgoing.end(gzip?.trailer());
    },
  };
}
