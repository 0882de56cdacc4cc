import { hash } from 'node:crypto';

/** An element of a fragment that can be replaced alone: `html` is the element with the DOM id `id`. */
export type Part = { id: string; html: string };

/** A list within a fragment whose elements may only change their order. */
export type MovableList = {
  /** DOM ids of its elements, in order. */
  itemIds: readonly string[];
  /** Id of the part right behind the last element. It states the order, which the page then applies. */
  orderId: string;
};

/** A rendered fragment: `html` is the content of the element `containerId` and contains each part's html once. */
export type Fragment = {
  containerId: string;
  parts: readonly Part[];
  html: string;
  list?: MovableList | undefined;
};

const plainId = /^[A-Za-z][\w-]*$/;

/** A DOM id for any name: letters, digits and hyphens stay, other characters become their code, so ids are unique. */
export function domId(prefix: string, name: string): string {
  const safe = name.replace(/[^A-Za-z0-9-]/gu, (character) => `_${character.codePointAt(0)?.toString(16)}_`);
  return `${prefix}-${safe}`;
}

/** Makes htmx morph the element with this id (`outerMorph`) or its content (`innerMorph`) into `html`. */
export function hxPartial(id: string, swap: 'outerMorph' | 'innerMorph', html: string): string {
  if (!plainId.test(id)) throw new Error(`Not an id to aim at: ${JSON.stringify(id)}; make it with domId()`);
  return `<hx-partial hx-target="#${id}" hx-swap="${swap}">${html}</hx-partial>`;
}

/** The whole fragment as a message. */
export function snapshotOf(fragment: Fragment): string {
  return hxPartial(fragment.containerId, 'innerMorph', fragment.html);
}

/**
 * The message that turns a page showing `before` into one showing `after`: the changed parts when both fragments have the
 * same frame (same parts and same html around them, apart from the order of a movable list), otherwise the whole
 * fragment. '' when they are equal.
 */
export function changesBetween(before: Fragment, after: Fragment): string {
  if (before.html === after.html) return '';
  if (!hasSameFrame(before, after)) return snapshotOf(after);
  const shown = new Map(before.parts.map(({ id, html }) => [id, html]));
  return after.parts
    .filter(({ id, html }) => html !== shown.get(id))
    .map(({ id, html }) => hxPartial(id, 'outerMorph', html))
    .join('\n');
}

/** Whether two fragments differ at most within their parts and in the order of a movable list. */
export function hasSameFrame(before: Fragment, after: Fragment): boolean {
  return before.html === after.html || frameOf(before) === frameOf(after);
}

/** The fragment with some of its parts, by id, replaced by their previous html. */
export function withOldParts(fragment: Fragment, oldParts: ReadonlyMap<string, string>): Fragment {
  let { html } = fragment;
  const parts = fragment.parts.map((part) => {
    const old = oldParts.get(part.id);
    if (old === undefined) return part;
    html = html.replace(part.html, () => old);
    return { id: part.id, html: old };
  });
  return { ...fragment, html, parts };
}

/** A short hash of a fragment's content, by which a page states what it already shows. */
export function contentHash(html: string): string {
  return hash('sha1', html, 'base64url').slice(0, 12);
}

/** The html with each part replaced by its id, and the elements of a movable list sorted. */
function frameOf(fragment: Fragment): string {
  const bare = withoutParts(fragment);
  const { itemIds = [], orderId = '' } = fragment.list ?? {};
  const starts = itemIds.map((id) => startOf(bare, id));
  const ends = [...starts.slice(1), startOf(bare, orderId)];
  const items = starts.map((start, i) => bare.slice(start, ends[i]));
  const isList = items.length > 0 && items.every((item) => item !== '') && !starts.includes(-1);
  if (!isList) return bare;
  return bare.slice(0, starts[0]) + items.toSorted().join('') + bare.slice(ends.at(-1));
}

/** Where the element with this id begins in html whose parts are replaced by their ids; -1 when it is missing. */
function startOf(bare: string, id: string): number {
  const asPart = bare.indexOf(mark(id));
  if (asPart !== -1) return asPart;
  const inTag = bare.indexOf(` id="${id}"`);
  return inTag === -1 ? -1 : bare.lastIndexOf('<', inTag);
}

/** The whole html when a part is not found in it, so that the whole fragment is sent. */
function withoutParts({ html, parts }: Fragment): string {
  let bare = '';
  let position = 0;
  for (const part of parts) {
    const start = html.indexOf(part.html, position);
    if (start === -1) return html;
    bare += html.slice(position, start) + mark(part.id);
    position = start + part.html.length;
  }
  return bare + html.slice(position);
}

function mark(id: string): string {
  return `\0${id}\0`;
}
