import { hash } from 'node:crypto';

/** An element of a fragment that can be replaced by itself: `html` is the element that carries the DOM id `id`. */
export type Part = { id: string; html: string };

/** A rendered fragment: `html` is everything inside the element `containerId`; it contains each part's html once. */
export type Fragment = { containerId: string; parts: readonly Part[]; html: string };

const plainId = /^[A-Za-z][\w-]*$/;

/** A DOM id for any name: letters, digits and hyphens stay, everything else becomes its code, so no two names meet. */
export function domId(prefix: string, name: string): string {
  const safe = name.replace(/[^A-Za-z0-9-]/gu, (character) => `_${character.codePointAt(0)?.toString(16)}_`);
  return `${prefix}-${safe}`;
}

/** Tells htmx to put `html` over (`outerMorph`) or into (`innerMorph`) the element with this id, keeping what is equal. */
export function hxPartial(id: string, swap: 'outerMorph' | 'innerMorph', html: string): string {
  if (!plainId.test(id)) throw new Error(`Not an id to aim at: ${JSON.stringify(id)}; make it with domId()`);
  return `<hx-partial hx-target="#${id}" hx-swap="${swap}">${html}</hx-partial>`;
}

/** The whole fragment as a message. */
export function snapshotOf(fragment: Fragment): string {
  return hxPartial(fragment.containerId, 'innerMorph', fragment.html);
}

/**
 * What turns the screen that shows `before` into one that shows `after`: the changed parts alone where the parts are
 * the same ones in the same order and nothing around them changed, otherwise the whole; '' when they are equal.
 */
export function changesBetween(before: Fragment, after: Fragment): string {
  if (before.html === after.html) return '';
  const sameParts =
    before.parts.length === after.parts.length &&
    after.parts.every((part, index) => part.id === before.parts[index]?.id) &&
    surroundings(before) === surroundings(after);
  if (!sameParts) return snapshotOf(after);
  return after.parts
    .filter((part, index) => part.html !== before.parts[index]?.html)
    .map((part) => hxPartial(part.id, 'outerMorph', part.html))
    .join('\n');
}

/** A short name of a fragment's exact content, by which a page says what it shows already. */
export function contentHash(html: string): string {
  return hash('sha1', html, 'base64url').slice(0, 12);
}

/** The html with its parts cut out, in order; all of it when a part is not in it, so that the whole is sent. */
function surroundings(fragment: Fragment): string {
  let rest = '';
  let position = 0;
  for (const part of fragment.parts) {
    const start = fragment.html.indexOf(part.html, position);
    if (start === -1) return fragment.html;
    rest += `${fragment.html.slice(position, start)}\0`;
    position = start + part.html.length;
  }
  return rest + fragment.html.slice(position);
}
