import type { ManualPage, ManualSection } from './model.ts';

/** A place of the manual that holds every word looked for. */
export type FoundSection = { page: ManualPage; section: ManualSection; snippet: SnippetPart[] };
type SnippetPart = { text: string; isHit: boolean };

export const maxQueryLength = 100;
const maxWords = 8;
/** Of more places a reader is told that these are the first. */
export const maxResults = 20;
/** Characters of a snippet before the first word and in all. */
const snippetLead = 60;
const snippetLength = 220;

/**
 * Sections in which every word of `query` occurs, in any case and also as part of a longer word: those with most of the
 * words in their titles first, otherwise in the order of the manual. Only the first words and results of many count.
 */
export function searchManual(pages: readonly ManualPage[], query: string): FoundSection[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const found = pages.flatMap((page) =>
    page.sections.flatMap((section) => {
      const titles = `${page.title} ${section.title}`.toLowerCase();
      const text = section.text.toLowerCase();
      if (!words.every((word) => titles.includes(word) || text.includes(word))) return [];
      const rank = words.filter((word) => section.title.toLowerCase().includes(word)).length;
      return [{ page, section, rank, snippet: snippetOf(section.text, words) }];
    }),
  );
  return found.sort((a, b) => b.rank - a.rank).slice(0, maxResults);
}

/** Full-width letters of an input method are the plain ones. */
function wordsOf(query: string): string[] {
  const words = query.slice(0, maxQueryLength).normalize('NFKC').toLowerCase().split(/\s+/);
  return [...new Set(words)].filter((word) => word !== '').slice(0, maxWords);
}

/** The text around the first word, with every word in it marked. */
function snippetOf(text: string, words: readonly string[]): SnippetPart[] {
  const pattern = new RegExp(words.map((word) => RegExp.escape(word)).join('|'), 'gi');
  const first = Math.max(0, text.search(pattern));
  // Cut between words where there are spaces, as there are not in Chinese and Japanese.
  const from = first <= snippetLead ? 0 : first - snippetLead + gapIn(text.slice(first - snippetLead, first));
  const whole = text.slice(from, from + snippetLength);
  const isCut = from + snippetLength < text.length;
  const cut = isCut ? whole.slice(0, Math.max(whole.lastIndexOf(' '), snippetLength - snippetLead)) : whole;
  const parts: SnippetPart[] = [];
  let done = 0;
  for (const { 0: hit, index } of cut.matchAll(pattern)) {
    parts.push({ text: cut.slice(done, index), isHit: false }, { text: hit, isHit: true });
    done = index + hit.length;
  }
  parts.push({ text: cut.slice(done), isHit: false });
  const opening = from > 0 ? '… ' : '';
  const ending = isCut ? ' …' : '';
  return [{ text: opening, isHit: false }, ...parts, { text: ending, isHit: false }].filter(
    (part) => part.text !== '',
  );
}

/** Where the first word of a text begins that is whole; 0 in a text without spaces. */
function gapIn(text: string): number {
  return text.indexOf(' ') + 1;
}
