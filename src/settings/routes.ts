import { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import { may } from '../kernel/http/guards/may.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Config } from '../kernel/settings/config.ts';
import { settings } from '../kernel/settings/settings.ts';
import type { SettingTranslations } from './translations.ts';
import { settingsPage } from './views.ts';

export type SettingsDeps = {
  renderer: Renderer;
  config: Config;
  warnings: string[];
  version: string;
  translations: SettingTranslations;
};

/** The effective settings with their sources, read-only, because they are set in the environment or the settings file. */
export function settingsRoutes(deps: SettingsDeps): Hono<AppEnv> {
  const { renderer, config, warnings, version, translations } = deps;
  return new Hono<AppEnv>().get('/settings', may('look'), (c) =>
    renderer.render(c, 'settings/page', {
      view: settingsPage(
        settings,
        config,
        config.origins,
        {
          warnings,
          configFile: config.configFile || null,
          version,
          search: c.req.query('q') ?? '',
        },
        translations[c.get('lang')],
      ),
    }),
  );
}
