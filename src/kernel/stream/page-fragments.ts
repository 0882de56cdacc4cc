import type { Renderer, Viewer } from '../http/render.ts';
import type { Lang } from '../i18n/languages.ts';
import type { Fragment, MovableList, Part } from './fragment.ts';
import type { Shown } from './topic.ts';
import type { Topics } from './topics.ts';

/** The fragments of a page: their html by the page's own names, and the URL of the stream that keeps them fresh. */
export type PageFragments<Name extends string> = { html: Record<Name, string>; stream: string };

/**
 * Renders the fragments of a page exactly as the stream does, so that nothing is sent again to a page that has just
 * loaded. `wanted` are topics (`path?query`) by name. Throws what a topic throws.
 */
export async function renderFragments<Name extends string>(
  topics: Topics,
  wanted: Record<Name, string>,
  lang: Lang,
): Promise<PageFragments<Name>> {
  const names = Object.keys(wanted) as Name[];
  const first = await Promise.all(names.map((name) => topics.first(wanted[name], { lang })));
  return {
    html: Object.fromEntries(names.map((name, i) => [name, first[i]?.html ?? ''])) as Record<Name, string>,
    stream: await streamOf(
      topics,
      first.map(({ shown }) => shown),
      lang,
    ),
  };
}

/**
 * The same for fragments that stand alone: one that cannot be rendered is undefined and stays part of the stream, which
 * brings it at its next change. `onFault` gets its error.
 */
export async function renderFragmentsApart<Name extends string>(
  topics: Topics,
  wanted: Record<Name, string>,
  { lang, onFault }: { lang: Lang; onFault: (error: unknown, topic: string) => void },
): Promise<{ html: Record<Name, string | undefined>; stream: string }> {
  const names = Object.keys(wanted) as Name[];
  const first = await Promise.all(
    names.map((name) =>
      topics.first(wanted[name], { lang }).catch((error: unknown) => {
        onFault(error, wanted[name]);
        return { html: undefined, shown: wanted[name] };
      }),
    ),
  );
  return {
    html: Object.fromEntries(names.map((name, i) => [name, first[i]?.html])) as Record<
      Name,
      string | undefined
    >,
    stream: await streamOf(
      topics,
      first.map(({ shown }) => shown),
      lang,
    ),
  };
}

/** The stream of a page with these fragments, and with what every page shows: that is printed by its frame. */
async function streamOf(topics: Topics, shown: readonly Shown[], lang: Lang): Promise<string> {
  const everywhere = await Promise.all(topics.listEverywhere().map((path) => topics.first(path, { lang })));
  return topics.streamUrl([...shown, ...everywhere.map((first) => first.shown)]);
}

/**
 * Renders `template` with `view` as the fragment of the element `containerId`. The template prints each part by
 * `it.part(id, template, view)`, so that a part is rendered once, for the page and for the stream; parts do not nest.
 */
export function renderFragment(
  renderer: Renderer,
  viewer: Viewer,
  fragment: { containerId: string; template: string; view: object; list?: MovableList },
): Fragment {
  const { containerId, template, view, list } = fragment;
  const parts: Part[] = [];
  const part = (id: string, partTemplate: string, data: object): string => {
    const html = renderer.html(partTemplate, viewer, { view: data });
    parts.push({ id, html });
    return html;
  };
  const html = renderer.html(template, viewer, { view, part });
  return { containerId, parts, html, list };
}

/** The viewer of a fragment according to its topic's query: a wall requests its own form with `kiosk=1`. */
export function fragmentViewer(query: URLSearchParams, lang: Lang): { lang: Lang; kiosk: boolean } {
  return { lang, kiosk: query.get('kiosk') === '1' };
}

/** The topic of a fragment on a page that may be a wall. */
export function topicOf(path: string, isKiosk: boolean): string {
  return isKiosk ? `${path}?kiosk=1` : path;
}

/** A list whose order the page applies itself; template `shared/_order` prints it as the list's last element. */
export type ListOrder = { listId: string; itemIds: readonly string[] };

/** The same list as part of a fragment. */
export function movableList({ listId, itemIds }: ListOrder): MovableList {
  return { itemIds, orderId: `${listId}-order` };
}
