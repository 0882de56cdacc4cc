import { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { z } from 'zod';
import { documented } from '../kernel/http/api-doc.ts';
import { backPath } from '../kernel/http/back.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import { readForm } from '../kernel/http/form.ts';
import { may } from '../kernel/http/guards/may.ts';
import { languages } from '../kernel/i18n/languages.ts';

const themes = ['dark', 'light', 'system'] as const;
const yearSec = 365 * 24 * 3600;

const preferencesDoc = documented({
  tag: 'Forms of the pages',
  summary: 'Language and theme of this browser',
  answer: '',
  status: 303,
  form: z.object({
    lang: z.enum(languages).optional(),
    theme: z.enum(themes).optional(),
    back: z.string().optional().describe('Path of the page to go back to'),
  }),
  refusals: ['forbidden'],
  example: { path: '/preferences', form: { lang: 'ko', back: '/overview' } },
});

/** Language and theme of a browser, in two cookies, so that they work without JavaScript and before the first paint. */
export function preferenceRoutes(): Hono<AppEnv> {
  return new Hono<AppEnv>().post('/preferences', may('public'), preferencesDoc, async (c) => {
    const form = await readForm(c);
    const keep = (name: string, allowed: readonly string[]) => {
      const value = form[name];
      if (typeof value !== 'string' || !allowed.includes(value)) return;
      setCookie(c, name, value, { path: '/', maxAge: yearSec, sameSite: 'Lax', httpOnly: true });
    };
    keep('lang', languages);
    keep('theme', themes);
    return c.redirect(backPath(form.back, '/'), 303);
  });
}
