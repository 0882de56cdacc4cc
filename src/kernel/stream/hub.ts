import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Lang } from '../http/env.ts';
import type { Log } from '../log.ts';
import type { Fragment } from './fragment.ts';
import { createFrame } from './frame.ts';
import { createLiveTopic, type LiveTopic, type LiveTopicContext } from './live-topic.ts';
import { createRenderQueue } from './render-queue.ts';
import type { TopicRequest } from './topic.ts';
import type { StreamViewer } from './viewer.ts';

/** Every viewer hears from the server this often, or takes the stream for dead. */
const PING_EVERY_SEC = 15;
/** Most different topics (with filters and language) alive at once, over all viewers. */
const MAX_LIVE_TOPICS = 500;
/** When a viewer there is no room for should come back. */
const RETRY_AFTER_SEC = 10;

/** What happened since start, beside how many viewers and topics there are now. */
export type StreamStats = {
  viewers: number;
  topics: number;
  renders: number;
  /** Time spent in all renders together. */
  renderMs: number;
  /** Changes a slow viewer skipped because it gets a newer whole. */
  coalesced: number;
  /** Viewers cut off for being too slow, and viewers refused for want of room. */
  cutOff: number;
  refused: number;
};

/** What a viewer wants to see, and what it says it has seen. */
export type Seat = {
  requests: readonly TopicRequest[];
  have: readonly (string | undefined)[];
  lang: Lang;
  lastEventId: string | undefined;
  pageVersion: string | undefined;
};

/** All open streams and the topics they look at. */
export type Hub = {
  publish(eventName: string, payload?: unknown): void;
  /** Throws `unavailable` when there is no room for one more viewer of these topics. */
  assertRoom(requests: readonly TopicRequest[], lang: Lang): void;
  /** Shows the viewer its topics from now on; the function it returns lets it out. */
  join(viewer: StreamViewer, seat: Seat): () => void;
  /** What viewers of a topic see now; undefined when nobody looks at it. */
  findShown(request: TopicRequest, lang: Lang): Fragment | undefined;
  /** Name of the newest change, as Last-Event-ID carries it. */
  lastMessageId(): string;
  readonly counters: { coalesced: number; cutOff: number };
  /** The running version, when a page of this one is of another. */
  newVersionFor(pageVersion: string | undefined): string | undefined;
  stats(): StreamStats;
  stop(): void;
};

export function createHub(options: { clock: Clock; log: Log; version: string; maxViewers: number }): Hub {
  const liveTopics = new Map<string, LiveTopic>();
  const viewers = new Map<StreamViewer, number>();
  const counters = { renders: 0, renderMs: 0, coalesced: 0, cutOff: 0, refused: 0 };
  // Numbers start anew with the process, so an id also names the process that gave it.
  const processName = randomBytes(4).toString('hex');
  let sequence = 0;
  let joined = 0;
  let stopped = false;

  const context: LiveTopicContext = {
    clock: options.clock,
    log: options.log,
    enqueue: createRenderQueue().add,
    nextSequence: () => ++sequence,
    messageId: (number) => `${processName}-${number}`,
    onRendered: (ms) => {
      counters.renders += 1;
      counters.renderMs += ms;
    },
  };
  const liveKey = (request: TopicRequest, lang: Lang) => `${lang} ${request.key}`;
  const ensureLive = (request: TopicRequest, lang: Lang) => {
    const key = liveKey(request, lang);
    const topic = liveTopics.get(key) ?? createLiveTopic(request, lang, context);
    liveTopics.set(key, topic);
    return topic;
  };
  const leave = (viewer: StreamViewer, topics: readonly LiveTopic[], lang: Lang) => {
    if (!viewers.delete(viewer)) return;
    for (const topic of topics) {
      topic.viewers.delete(viewer);
      if (topic.viewers.size > 0) continue;
      topic.stop();
      liveTopics.delete(liveKey(topic.request, lang));
    }
  };
  const newVersionFor = (pageVersion: string | undefined) =>
    pageVersion === undefined || pageVersion === options.version ? undefined : options.version;
  const ticker = startTicker(viewers, options.clock, options.version);

  return {
    counters,
    newVersionFor,
    publish: (eventName, payload) => {
      for (const { request, refresh } of liveTopics.values()) {
        const { topic, query } = request;
        if (topic.events.includes(eventName) && (topic.concerns?.(query, payload) ?? true)) refresh();
      }
    },
    assertRoom: (requests, lang) => {
      const added = requests.filter((request) => !liveTopics.has(liveKey(request, lang))).length;
      if (!stopped && viewers.size < options.maxViewers && liveTopics.size + added <= MAX_LIVE_TOPICS) return;
      counters.refused += 1;
      throw new AppError(
        'unavailable',
        'No more live screens can be served now; the page is kept fresh by polling.',
        {
          details: { retryAfterSec: RETRY_AFTER_SEC },
        },
      );
    },
    join: (viewer, { requests, have, lang, lastEventId, pageVersion }) => {
      const topics = requests.map((request) => ensureLive(request, lang));
      viewers.set(viewer, joined++ % PING_EVERY_SEC);
      for (const topic of topics) topic.viewers.add(viewer);
      const shown = topics.map((topic, index) => ({ topic, have: have[index] }));
      const greetings = [pingFrame(options.clock, options.version)];
      const newVersion = newVersionFor(pageVersion);
      if (newVersion !== undefined) greetings.push(createFrame({ event: 'reload', data: newVersion }));
      viewer.open(greetings, shown, parseSequence(lastEventId, processName));
      return () => leave(viewer, topics, lang);
    },
    findShown: (request, lang) => liveTopics.get(liveKey(request, lang))?.state()?.fragment,
    lastMessageId: () => context.messageId(sequence),
    stats: () => ({ viewers: viewers.size, topics: liveTopics.size, ...counters }),
    stop: () => {
      stopped = true;
      clearInterval(ticker);
      for (const topic of liveTopics.values()) topic.stop();
      for (const viewer of viewers.keys()) viewer.end();
    },
  };
}

/** The number of the last change a returning viewer saw; undefined for a new viewer, or one of an earlier process. */
function parseSequence(lastEventId: string | undefined, processName: string): number | undefined {
  const [name, number] = lastEventId?.split('-') ?? [];
  return name === processName && /^\d{1,15}$/.test(number ?? '') ? Number(number) : undefined;
}

function pingFrame(clock: Clock, version: string) {
  return createFrame({ event: 'ping', data: JSON.stringify({ at: clock.now(), version }) });
}

/** Each second a fifteenth of the viewers is pinged, so that a thousand of them never make a spike. */
function startTicker(
  viewers: ReadonlyMap<StreamViewer, number>,
  clock: Clock,
  version: string,
): NodeJS.Timeout {
  let second = 0;
  const ticker = setInterval(() => {
    second = (second + 1) % PING_EVERY_SEC;
    const ping = pingFrame(clock, version);
    for (const [viewer, slot] of viewers) {
      viewer.checkPatience();
      if (slot === second) viewer.send(ping);
    }
  }, 1000);
  ticker.unref();
  return ticker;
}
