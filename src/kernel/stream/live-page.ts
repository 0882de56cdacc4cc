import type { Lang } from '../http/env.ts';
import type { Topics } from './topics.ts';

/** The live part of a page: each fragment's html by the name the page gave it, and the stream that keeps them true. */
export type LivePage<Name extends string> = { html: Record<Name, string>; stream: string };

/**
 * Renders the fragments of a page exactly as the stream would, so that a screen which has just loaded is sent nothing
 * again. `wanted` are topics (`path?query`) by name. Throws what a topic throws.
 */
export async function renderLive<Name extends string>(
  topics: Topics,
  wanted: Record<Name, string>,
  lang: Lang,
): Promise<LivePage<Name>> {
  const names = Object.keys(wanted) as Name[];
  const first = await Promise.all(names.map((name) => topics.first(wanted[name], { lang })));
  return {
    html: Object.fromEntries(names.map((name, i) => [name, first[i]?.html ?? ''])) as Record<Name, string>,
    stream: topics.streamUrl(first.map(({ shown }) => shown)),
  };
}
