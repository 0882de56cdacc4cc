import { fileURLToPath } from 'node:url';
import type { Clock } from './kernel/clock.ts';
import type { Config } from './kernel/config.ts';
import { createRenderer, type Renderer } from './kernel/http/render.ts';
import { createFormat } from './kernel/i18n/format.ts';
import type { I18n } from './kernel/i18n/i18n.ts';
import { languages } from './kernel/i18n/languages.ts';
import type { Note } from './places.ts';

/** Sections of the product, in the order of the bar; `at` are the paths that belong to one. */
const sections = [
  { key: 'overview', href: '/overview', at: /^\/overview/ },
  { key: 'inspections', href: '/inspections', at: /^\/(?:$|inspections|stations)/ },
  { key: 'sources', href: '/sources', at: /^\/sources/ },
  { key: 'settings', href: '/settings', at: /^\/settings/ },
] as const;

type Options = {
  config: Config;
  i18n: I18n;
  asset: (path: string) => string;
  version: string;
  notes: () => readonly (Note | { key: 'demo'; values: Record<string, string> })[];
  clock: Clock;
};

/** Templates with what all of them share: texts, formats, navigation, static files. */
export function createPageRenderer({ config, i18n, asset, version, notes, clock }: Options): Renderer {
  const formats = Object.fromEntries(
    languages.map((lang) => [lang, createFormat({ lang, timeZone: config.siteTimeZone })]),
  );
  return createRenderer({
    viewsDir: fileURLToPath(new URL('../views', import.meta.url)),
    shared: ({ lang, path = '' }) => ({
      t: i18n.t(lang),
      f: formats[lang],
      asset,
      version,
      site: config.siteName,
      now: clock.now(),
      notes: notes(),
      nav: sections.map(({ key, href, at }) => ({ key, href, current: at.test(path) })),
    }),
  });
}
