import { Eta } from 'eta';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { judge, type Principal } from '../auth/principal.ts';
import type { Lang } from '../i18n/languages.ts';
import type { AppContext, Theme } from './env.ts';
import { sendRevalidated } from './etag.ts';

/** For whom a template is rendered. A fragment of a stream has a language only, and no path. */
export type Viewer = {
  lang: Lang;
  /** Zone of the times; that of the own site by default. */
  timeZone?: string;
  theme?: Theme;
  kiosk?: boolean;
  /** Whether the caller may read anything of the plant; a sign-in page says nothing of it to others. */
  mayLook?: boolean;
  /** Path of the page, marked in the navigation. */
  path?: string;
  /** The signed-in user, if any. */
  principal?: Principal | undefined;
  /** There is no account yet. */
  needsSetUp?: boolean | undefined;
};

/** Data of a page, and the zone of its times if it is not that of the own site. */
type PageData = Record<string, unknown> & { timeZone?: string };

export type Renderer = {
  /** Renders `<template>.eta` of the views folder; `it` is the shared data of this viewer, overridden by `data`. */
  html(template: string, viewer: Viewer, data?: object): string;
  /**
   * A page or fragment as an answer, its times in `data.timeZone` if given. Status 200 is revalidated by ETag; any other
   * is not cached.
   */
  render(c: AppContext, template: string, data?: PageData, status?: ContentfulStatusCode): Response;
};

/**
 * Templates of `viewsDir`, each compiled once. `shared` provides what every template may use (`t`, `asset`, `format`, `nav`,
 * `site`, `version`, …) besides the viewer's own `lang`, `theme`, `kiosk` and `path`.
 * Layouts and includes get the same data: Eta passes the parent's on.
 */
export function createRenderer(options: { viewsDir: string; shared: (viewer: Viewer) => object }): Renderer {
  const eta = new Eta({
    views: options.viewsDir,
    cache: true,
    autoEscape: true,
    // Indentation is for readers of the templates; a line break beside a tag of Eta is not printed.
    rmWhitespace: true,
    autoTrim: ['nl', 'nl'],
  });
  const html = (template: string, viewer: Viewer, data: object = {}) =>
    eta.render(template, {
      theme: 'system',
      kiosk: false,
      mayLook: true,
      path: '',
      ...viewer,
      ...options.shared(viewer),
      ...data,
    });
  return {
    html,
    render: (c, template, data, status = 200) => {
      const zone = data?.timeZone === undefined ? {} : { timeZone: data.timeZone };
      const body = html(template, { ...viewerOf(c), ...zone }, data);
      if (status === 200) return sendRevalidated(c, body, 'text/html; charset=utf-8');
      return c.html(body, status, { 'cache-control': 'no-store' });
    },
  };
}

/** The viewer of a request; English and the system's theme before the middleware for preferences has run. */
export function viewerOf(c: AppContext): Viewer {
  const principal = c.get('principal');
  const policy = c.get('door')?.policy ?? 'open-view';
  return {
    lang: c.get('lang') ?? 'en',
    theme: c.get('theme') ?? 'system',
    kiosk: c.get('kiosk') ?? false,
    mayLook: /^(?:granted|confined)$/.test(judge('look', principal ?? { kind: 'nobody' }, policy)),
    path: c.req.path,
    principal,
    needsSetUp: c.get('needsSetUp'),
  };
}
