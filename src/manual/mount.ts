import { Hono } from 'hono';
import { AppError } from '../kernel/errors.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import { may } from '../kernel/http/guards/may.ts';
import type { Renderer } from '../kernel/http/render.ts';
import { audiences, type ManualPage, manualHref } from './model.ts';
import { type Manual, readManual } from './read-manual.ts';
import { maxQueryLength, maxResults, searchManual } from './search-manual.ts';

type LinkedPage = { href: string; title: string; isEnglish: boolean; isCurrent: boolean };

/** `/manual`, its contents and search, and `/manual/<page>`. */
export function mountManual({ renderer }: { renderer: Renderer }): Hono<AppEnv> {
  // Read when somebody first asks, so that a start does not wait for it.
  let read: Manual | undefined;
  const manual = () => {
    read ??= readManual();
    return read;
  };
  return new Hono<AppEnv>()
    .get('/manual', may('look'), (c) => {
      const pages = manual().pages(c.get('lang'));
      const query = (c.req.query('q') ?? '').slice(0, maxQueryLength);
      return renderer.render(c, 'manual/contents', {
        view: {
          here: c.req.path,
          query,
          maxQueryLength,
          found: query.trim() === '' ? null : searchManual(pages, query).map(foundView),
          maxResults,
          groups: groupsOf(pages),
        },
      });
    })
    .get('/manual/:page', may('look'), (c) => {
      const page = manual().page(c.get('lang'), c.req.param('page'));
      if (!page) throw new AppError('not_found', 'The manual has no such page.');
      return renderer.render(c, 'manual/page', {
        view: {
          here: c.req.path,
          query: '',
          maxQueryLength,
          page,
          isEnglish: page.lang !== c.get('lang'),
          groups: groupsOf(manual().pages(c.get('lang')), page.key),
        },
      });
    });
}

function groupsOf(
  pages: readonly ManualPage[],
  currentKey = '',
): { audience: string; pages: LinkedPage[] }[] {
  return audiences.map((audience) => ({
    audience,
    pages: pages
      .filter((page) => page.audience === audience)
      .map(({ key, title, lang }) => ({
        href: manualHref(key, ''),
        title,
        isEnglish: lang === 'en',
        isCurrent: key === currentKey,
      })),
  }));
}

function foundView({ page, section, snippet }: ReturnType<typeof searchManual>[number]) {
  return {
    href: manualHref(page.key, section.anchor),
    page: page.title,
    title: section.title,
    isEnglish: page.lang === 'en',
    snippet,
  };
}
