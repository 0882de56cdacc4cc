import { AppError } from '../errors.ts';
import type { Lang } from '../i18n/languages.ts';
import type { Fragment } from './fragment.ts';

/** A fragment that is kept fresh on every page that shows it. */
export type Topic = {
  /** Its URL, which also names it: `/inspections/cards`. */
  path: string;
  /** Names of the events that may change it. */
  events: readonly string[];
  /** Also rendered at whole multiples of this period: 60_000 for windows that move with the minute. */
  everyMs?: number;
  /** Part of every page's stream, whatever else the page shows. */
  isOnEveryPage?: boolean;
  /** Whether an event with this payload can change it for this query; default always. An event without payload concerns all. */
  concerns?(query: URLSearchParams, payload: unknown): boolean;
  /** The same html as in the first render of the page. Throws `invalid` for a query it does not understand. */
  render(query: URLSearchParams, viewer: { lang: Lang }): Promise<Fragment> | Fragment;
};

/** A topic with its filters, as requested by one page. */
export type TopicRequest = { topic: Topic; query: URLSearchParams; key: string };

/** What the element of a topic says of its old content while it cannot be rendered; an empty `text` takes it back. */
export type StaleMark = { id: string; text: string };

/** The mark of a topic whose content is of `at` (epoch ms; null where that is not known); undefined where its element is not known. */
export type MarkStale = (request: TopicRequest, lang: Lang, at: number | null) => StaleMark | undefined;

/** Most topics on one page: a full wall has forty tiles. */
const maxTopicsPerViewer = 48;

/** Parses the `topics=<path?query>` values; throws `invalid` for too many, or an unknown one. */
export function parseTopicRequests(
  values: readonly string[],
  topics: ReadonlyMap<string, Topic>,
): TopicRequest[] {
  if (values.length > maxTopicsPerViewer) {
    throw new AppError('invalid', `Ask for ${maxTopicsPerViewer} topics at most.`);
  }
  return values.map((value) => {
    const [path = '', search = ''] = value.split('?', 2);
    const topic = topics.get(path);
    if (!topic) throw new AppError('invalid', `There is no topic ${path}.`);
    const query = new URLSearchParams(search);
    query.sort();
    return { topic, query, key: topicKey(path, query) };
  });
}

/** Names a topic with its filters, whatever their order. */
export function topicKey(path: string, query: URLSearchParams): string {
  const sorted = new URLSearchParams(query);
  sorted.sort();
  return `${path}?${sorted}`;
}

/** A fragment on a page: `path?query`, and the hash of its content as shown, where known. */
export type Shown = string | { topic: string; have?: string };

/**
 * URL of a page's stream. Content that the page already shows is not sent again; `version` makes a page of another server
 * version reload.
 */
export function streamUrl(shown: readonly Shown[], version: string): string {
  const query = new URLSearchParams();
  for (const item of shown) {
    const { topic, have = '' } = typeof item === 'string' ? { topic: item } : item;
    query.append('topics', topic);
    query.append('have', have);
  }
  query.set('v', version);
  return `/stream?${query}`;
}
