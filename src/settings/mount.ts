import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Config } from '../kernel/settings/config.ts';
import { preferenceRoutes } from './preferences.ts';
import { settingsRoutes } from './routes.ts';
import { readSettingTranslations } from './translations.ts';

/** The Settings page, and language and theme of a browser. */
export function mountSettings(options: {
  config: Config;
  warnings: string[];
  version: string;
  renderer: Renderer;
}): Hono<AppEnv>[] {
  return [settingsRoutes({ ...options, translations: readSettingTranslations() }), preferenceRoutes()];
}
