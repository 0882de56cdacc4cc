import { defaultTreeAdapter } from 'parse5';
import { attribute, type Element } from './html.ts';

/** Attributes whose value people read or hear. */
const spokenAttributes = ['title', 'alt', 'placeholder', 'aria-label', 'data-done'];
/** Shorter pieces stand in names and numbers as well. */
const shortestPiece = 4;

/**
 * Finds, in a page for readers of another language, what still stands in English: words of an English text whose
 * translation differs. Code, and what is marked `lang="en"`, is meant to be English; texts that are also names in the
 * plant are left out by `ignoredKeys`.
 */
export function findUntranslated(
  english: object,
  translated: object,
  ignoredKeys: readonly string[] = [],
): (elements: readonly Element[]) => string[] {
  const other = new Map(textsOf(translated));
  const texts = textsOf(english).filter(([key]) => !ignoredKeys.includes(key));
  const pieces = texts.flatMap(([key, text]) => {
    const wording = other.get(key) ?? '';
    return text
      .split(/\{\{.*?\}\}/)
      .map((piece) => piece.trim())
      .filter((piece) => /[a-z]/i.test(piece) && piece.length >= shortestPiece && !wording.includes(piece))
      .map((piece) => ({ key, pattern: new RegExp(`(?<!\\w)${RegExp.escape(piece)}(?!\\w)`) }));
  });
  // Pages repeat most of their words, and each is held against some two thousand pieces.
  const known = new Map<string, string[]>();
  return (elements) =>
    elements.flatMap(wordsOf).flatMap((text) => {
      const found =
        known.get(text) ??
        pieces.filter(({ pattern }) => pattern.test(text)).map(({ key }) => `"${text}" (${key})`);
      known.set(text, found);
      return found;
    });
}

function wordsOf(element: Element): string[] {
  if (isEnglish(element)) return [];
  const own = element.childNodes.filter((child) => defaultTreeAdapter.isTextNode(child));
  const spoken = spokenAttributes.map((name) => attribute(element, name) ?? '');
  return [...own.map(({ value }) => value), ...spoken]
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

function isEnglish(element: Element): boolean {
  for (
    let node: Element | null = element;
    node && 'tagName' in node;
    node = node.parentNode as Element | null
  ) {
    if (node.tagName === 'code' || (attribute(node, 'lang') === 'en' && node.tagName !== 'html')) return true;
  }
  return false;
}

function textsOf(node: object, path = ''): [string, string][] {
  return Object.entries(node).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[path + key, value]] : textsOf(value as object, `${path}${key}.`),
  );
}
