import { AppError } from '../errors.ts';
import type { Lang } from '../i18n/languages.ts';
import type { Fragment } from './fragment.ts';

/** A fragment that stays up to date on every screen that shows it. */
export type Topic = {
  /** Its URL, which is also its name: `/inspections/cards`. */
  path: string;
  /** Names of the events after which it may look different. */
  events: readonly string[];
  /** Rendered on this period as well, at whole multiples of it: 60_000 for windows that move with the minute. */
  everyMs?: number;
  /** Whether an event with this payload can change it for this query; always, when left out. An event without payload concerns all. */
  concerns?(query: URLSearchParams, payload: unknown): boolean;
  /** The same html the page shows at first. Throws `invalid` for a query it does not understand. */
  render(query: URLSearchParams, viewer: { lang: Lang }): Promise<Fragment> | Fragment;
};

/** A topic with its filters, as one screen asks for it. */
export type TopicRequest = { topic: Topic; query: URLSearchParams; key: string };

/** Most topics one screen may show. */
const maxTopicsPerViewer = 16;

/** Reads `topics=<path?query>` values; throws `invalid` for too many, or one that does not exist. */
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
    return { topic, query, key: `${path}?${query}` };
  });
}

/** A fragment on a page: `path?query`, and the hash of what the page shows of it when that is known. */
export type Shown = string | { topic: string; have?: string };

/**
 * URL of the stream for a page: what the screen shows already is not sent again; `version` makes a page of an older server reload.
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
