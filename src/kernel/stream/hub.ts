import { randomBytes } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { Lang } from '../i18n/languages.ts';
import type { Log } from '../log.ts';
import type { Clock } from '../time/clock.ts';
import { type ActiveTopic, type ActiveTopicContext, createActiveTopic, staleFrame } from './active-topic.ts';
import { createFairQueue } from './fair-queue.ts';
import type { Fragment } from './fragment.ts';
import { createFrame } from './frame.ts';
import type { MarkStale, StaleMark, TopicRequest } from './topic.ts';
import type { StreamViewer } from './viewer.ts';

/** A viewer that receives nothing for longer assumes that the stream is dead. */
const pingEverySec = 15;
/** Most different topics (with filters and language) active at once, over all viewers. */
const maxActiveTopics = 500;
/** When a refused viewer should try again. */
const retryAfterSec = 10;

/** Viewers and topics now; the other figures count since the start. */
export type StreamStats = {
  viewers: number;
  topics: number;
  renders: number;
  /** Time spent in all renders together. */
  renderMs: number;
  /** Changes a slow viewer skipped because it will receive the whole, newer fragment. */
  coalesced: number;
  /** Viewers cut off for being too slow, and viewers refused for want of room. */
  cutOff: number;
  refused: number;
};

/** What a viewer subscribes to, and what it states it already shows. */
export type Subscription = {
  requests: readonly TopicRequest[];
  have: readonly (string | undefined)[];
  lang: Lang;
  lastEventId: string | undefined;
  pageVersion: string | undefined;
};

/** All open streams and their topics. */
export type Hub = {
  publish(eventName: string, payload?: unknown): void;
  /** Renders every active topic soon: anything may have changed. */
  refreshAll(): void;
  /** Throws `unavailable` when there is no room for one more viewer of these topics. */
  assertRoom(requests: readonly TopicRequest[], lang: Lang): void;
  /** Sends the viewer its topics from now on; the returned function ends the subscription. */
  join(viewer: StreamViewer, subscription: Subscription): () => void;
  /** What viewers of a topic see now; undefined when it is not active. */
  findShown(request: TopicRequest, lang: Lang): Fragment | undefined;
  /** What they are told of it while it is old. */
  findStale(request: TopicRequest, lang: Lang): StaleMark | undefined;
  /** Id of the newest change, as in Last-Event-ID. */
  lastMessageId(): string;
  readonly counters: { coalesced: number; cutOff: number };
  /** The running version when a page was rendered by another one, else undefined. */
  newVersionFor(pageVersion: string | undefined): string | undefined;
  stats(): StreamStats;
  stop(): void;
};

/** `version`: pages of another version must reload. `maxViewers`: most streams open at once. */
export function createHub(options: {
  clock: Clock;
  log: Log;
  version: string;
  maxViewers: number;
  markStale: MarkStale;
}): Hub {
  const { clock, version } = options;
  const viewers = new Map<StreamViewer, number>();
  const counters = { renders: 0, renderMs: 0, coalesced: 0, cutOff: 0, refused: 0 };
  const numbers = createNumbers();
  const topics = createActiveTopics({
    clock,
    log: options.log,
    enqueue: createFairQueue().add,
    nextSequence: numbers.next,
    messageId: numbers.idOf,
    markStale: options.markStale,
    onRendered: (ms) => {
      counters.renders += 1;
      counters.renderMs += ms;
    },
  });
  const newVersionFor = (pageVersion: string | undefined) =>
    pageVersion === undefined || pageVersion === version ? undefined : version;
  const ticker = startTicker(viewers, clock, version);
  let joined = 0;
  let stopped = false;

  return {
    counters,
    newVersionFor,
    publish: topics.publish,
    refreshAll: topics.refreshAll,
    assertRoom: (requests, lang) => {
      const added = requests.filter((request) => !topics.find(request, lang)).length;
      if (!stopped && viewers.size < options.maxViewers && topics.size() + added <= maxActiveTopics) return;
      counters.refused += 1;
      throw new AppError(
        'unavailable',
        'No more live screens can be served now; the page is kept fresh by polling.',
        { details: { retryAfterSec } },
      );
    },
    join: (viewer, { requests, have, lang, lastEventId, pageVersion }) => {
      const shown = requests.map((request, index) => ({
        topic: topics.ensure(request, lang),
        have: have[index],
      }));
      viewers.set(viewer, joined++ % pingEverySec);
      for (const { topic } of shown) topic.viewers.add(viewer);
      const greetings = [pingFrame(clock, version)];
      const newVersion = newVersionFor(pageVersion);
      if (newVersion !== undefined) greetings.push(createFrame({ event: 'reload', data: newVersion }));
      for (const { topic } of shown) {
        const stale = topic.stale();
        if (stale) greetings.push(staleFrame(stale));
      }
      viewer.open(greetings, shown, numbers.parse(lastEventId));
      return () => {
        if (!viewers.delete(viewer)) return;
        for (const { topic } of shown) topics.release(topic, viewer);
      };
    },
    findShown: (request, lang) => topics.find(request, lang)?.state()?.fragment,
    findStale: (request, lang) => topics.find(request, lang)?.stale(),
    lastMessageId: numbers.lastId,
    stats: () => ({ viewers: viewers.size, topics: topics.size(), ...counters }),
    stop: () => {
      stopped = true;
      clearInterval(ticker);
      topics.stop();
      for (const viewer of viewers.keys()) viewer.end();
    },
  };
}

/** The topics with viewers, one for each set of filters and language. */
function createActiveTopics(shared: Omit<ActiveTopicContext, 'countTopics'>) {
  const topics = new Map<string, ActiveTopic>();
  const context = { ...shared, countTopics: () => topics.size };
  const keyOf = (request: TopicRequest, lang: Lang) => `${lang} ${request.key}`;
  return {
    size: () => topics.size,
    find: (request: TopicRequest, lang: Lang) => topics.get(keyOf(request, lang)),
    ensure: (request: TopicRequest, lang: Lang): ActiveTopic => {
      const key = keyOf(request, lang);
      const topic = topics.get(key) ?? createActiveTopic(request, lang, context);
      topics.set(key, topic);
      return topic;
    },
    /** Drops the topic with its last viewer. */
    release: (topic: ActiveTopic, viewer: StreamViewer) => {
      topic.viewers.delete(viewer);
      if (topic.viewers.size > 0) return;
      topic.stop();
      topics.delete(keyOf(topic.request, topic.lang));
    },
    publish: (eventName: string, payload?: unknown) => {
      for (const { request, refresh } of topics.values()) {
        const { topic, query } = request;
        if (!topic.events.includes(eventName)) continue;
        if (payload === undefined || (topic.concerns?.(query, payload) ?? true)) refresh();
      }
    },
    refreshAll: () => {
      for (const { refresh } of topics.values()) refresh();
    },
    stop: () => {
      for (const topic of topics.values()) topic.stop();
    },
  };
}

/** Numbers of changes. They start again with each process, so a message id also names the process. */
function createNumbers() {
  const processName = randomBytes(4).toString('hex');
  let last = 0;
  const idOf = (sequence: number) => `${processName}-${sequence}`;
  return {
    idOf,
    next: () => ++last,
    lastId: () => idOf(last),
    /** The last change that a reconnecting viewer received; undefined for a new viewer, or one of an earlier process. */
    parse: (lastEventId: string | undefined): number | undefined => {
      const [name, number = ''] = lastEventId?.split('-') ?? [];
      return name === processName && /^\d{1,15}$/.test(number) ? Number(number) : undefined;
    },
  };
}

function pingFrame(clock: Clock, version: string) {
  return createFrame({ event: 'ping', data: JSON.stringify({ at: clock.now(), version }) });
}

/** Pings a fifteenth of the viewers each second, to spread the load of a thousand viewers. */
function startTicker(
  viewers: ReadonlyMap<StreamViewer, number>,
  clock: Clock,
  version: string,
): NodeJS.Timeout {
  let second = 0;
  const ticker = setInterval(() => {
    second = (second + 1) % pingEverySec;
    const ping = pingFrame(clock, version);
    for (const [viewer, slot] of viewers) {
      viewer.checkPatience();
      if (slot === second) viewer.send(ping);
    }
  }, 1000);
  ticker.unref();
  return ticker;
}
