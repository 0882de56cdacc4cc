import type { ServerResponse } from 'node:http';
import type { ActiveTopic, TopicSubscriber } from './active-topic.ts';
import { createFrame, createGzipAssembler, type Frame } from './frame.ts';

/** A viewer that has this much waiting, or takes nothing for this long, is cut off; its page connects anew. */
const maxPendingBytes = 1024 * 1024;
export const defaultMaxBlockedMs = 30_000;

export type ViewerCounters = {
  /** Changes not sent to a slow viewer because a newer whole takes their place. */
  coalesced: number;
  /** Viewers cut off for being too slow. */
  cutOff: number;
};

/** One open stream. */
export type StreamViewer = TopicSubscriber & {
  /**
   * Begins the answer: first `greetings`, then the topics of which the viewer says neither (by content hash) that it
   * shows them already nor (by the last change it saw) that it missed nothing.
   */
  open(
    greetings: readonly Frame[],
    topics: readonly { topic: ActiveTopic; have: string | undefined }[],
    lastSeen: number | undefined,
  ): void;
  /** Sends a message of no topic; left out while the viewer is slow. */
  send(frame: Frame): void;
  /** Cuts the viewer off when it has been slow for too long. */
  checkPatience(): void;
  /** Ends the stream in an orderly way. */
  end(): void;
};

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // Proxies would collect messages until a buffer is full.
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

/**
 * Writes straight to the connection. A viewer that does not keep up gets no queue: its topics are marked, and once it
 * reads again it gets their newest state, whole.
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
    // From here on the viewer has everything up to this change.
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
