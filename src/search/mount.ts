import { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import { may } from '../kernel/http/guards/may.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { SearchExample, SearchGroup, SearchSource } from '../plant/contributions/search-source.ts';
import { maxSearchLength, readSearchText } from '../plant/search-text.ts';

/** The page of a search. */
type SearchPage = {
  /** As typed, without needless spaces; cut where it was too long. */
  text: string;
  /** Its length, where that is too much. */
  tooLong: { length: number; max: number } | null;
  groups: SearchGroup[];
  /** What can be searched, where there is nothing to show. */
  examples: SearchExample[];
  here: string;
};

/** `/search?q=`: what the sources find, places first. `sources` are the features that have something to be found. */
export function mountSearch({
  sources,
  renderer,
}: {
  sources: readonly SearchSource[];
  renderer: Renderer;
}): Hono<AppEnv> {
  return new Hono<AppEnv>().get('/search', may('look'), async (c) => {
    const view = await readSearchPage(sources, c.req.query('q') ?? '');
    return renderer.render(c, 'search/page', { view }, view.tooLong ? 400 : 200);
  });
}

async function readSearchPage(sources: readonly SearchSource[], typed: string): Promise<SearchPage> {
  const { text, words } = readSearchText(typed);
  const isTooLong = text.length > maxSearchLength;
  const groups: SearchGroup[] = [];
  if (words.length > 0 && !isTooLong)
    for (const source of sources) groups.push(...(await source.search({ text, words })));
  const examples: SearchExample[] = [];
  if (groups.length === 0) for (const source of sources) examples.push(...(await source.examples()));
  const shown = text.slice(0, maxSearchLength).toWellFormed();
  return {
    text: shown,
    tooLong: isTooLong ? { length: text.length, max: maxSearchLength } : null,
    groups: (['places', 'images'] as const).flatMap((kind) => groups.filter((group) => group.kind === kind)),
    examples,
    here: shown === '' ? '/search' : `/search?${new URLSearchParams({ q: shown })}`,
  };
}
