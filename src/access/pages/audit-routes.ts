import { Hono } from 'hono';
import { actorTextKeys, roles } from '../../kernel/auth/principal.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import type { Renderer } from '../../kernel/http/render.ts';
import type { Translate } from '../../kernel/i18n/i18n.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { Access } from '../access.ts';
import { type AuditEntry, listAudit } from '../audit-queries.ts';

/** Subjects of entries: the part of `action` before the dot. */
const subjects = [
  'session',
  'users',
  'tokens',
  'kiosk',
  'inspections',
  'images',
  'stations',
  'sources',
  'retention',
  'demo',
  'walls',
] as const;

/** Actions and details that the page has texts for; others are shown as they are. */
const actions: Readonly<Record<string, readonly string[]>> = {
  session: ['login', 'failed', 'end'],
  users: ['add', 'role', 'password', 'disable', 'enable'],
  tokens: ['add', 'revoke'],
  kiosk: ['add', 'revoke'],
  inspections: ['rescan'],
  sources: ['add', 'remove', 'layout'],
  stations: ['rename', 'merge', 'separate', 'hide', 'show', 'place', 'link'],
  lines: ['add', 'rename', 'remove'],
  workers: ['add', 'rename', 'remove'],
  models: ['add'],
  plant: ['preview', 'apply', 'put', 'import'],
  images: ['retry'],
  retention: ['run'],
  demo: ['start'],
  walls: ['add', 'change', 'remove'],
};
const details = ['role', 'scopes', 'site', 'station', 'device', 'pages', 'failures'];

/** One entry; `actionKey` is the last part of its text's key, null if there is no text. */
type AuditLine = Omit<AuditEntry, 'before' | 'after'> & {
  actionKey: string | null;
  before: string;
  after: string;
};

/** Template `access/audit`. */
export type AuditPage = {
  here: string;
  entries: AuditLine[];
  subjects: readonly string[];
  /** As typed. */
  filter: { actor: string; subject: string; from: string; to: string };
  olderHref: string | null;
  /** Set on every page but the first. */
  newestHref: string | null;
};

/** The audit log, for administrators. */
export function auditRoutes(access: Access, renderer: Renderer, wallClock: WallClock): Hono<AppEnv> {
  return new Hono<AppEnv>().get('/audit', may('entrust'), async (c) => {
    const view = await readAuditPage(c, access, wallClock);
    return renderer.render(c, 'access/audit', { view });
  });
}

async function readAuditPage(c: AppContext, { db }: Access, wallClock: WallClock): Promise<AuditPage> {
  const text = (name: string) => c.req.query(name)?.trim() ?? '';
  const filter = { actor: text('actor'), subject: text('subject'), from: text('from'), to: text('to') };
  const before = text('before');
  if (!/^\d{0,15}$/.test(before)) throw new AppError('invalid', 'before must be a number of the log.');
  const asked = {
    ...(filter.actor === '' ? {} : { actor: keptActor(filter.actor, c.get('t')) }),
    ...((subjects as readonly string[]).includes(filter.subject) ? { action: filter.subject } : {}),
    ...instant(wallClock, 'from', filter.from),
    ...instant(wallClock, 'to', filter.to),
  };
  const { entries, olderBefore } = await listAudit(db, asked, before === '' ? undefined : Number(before));
  const hrefWith = (more: Record<string, string>) => {
    const query = Object.entries({ ...filter, ...more }).filter(([, value]) => value !== '');
    return query.length === 0 ? '/audit' : `/audit?${new URLSearchParams(query)}`;
  };
  return {
    here: hrefWith(before === '' ? {} : { before }),
    entries: entries.map((entry) => lineOf(entry, c.get('t'))),
    subjects,
    filter,
    olderHref: olderBefore === null ? null : hrefWith({ before: String(olderBefore) }),
    newestHref: before === '' ? null : hrefWith({}),
  };
}

/** The stored actor for a displayed one that was typed into the filter. */
function keptActor(shown: string, t: Translate): string {
  return Object.keys(actorTextKeys).find((kept) => t(actorTextKeys[kept]!) === shown) ?? shown;
}

function instant(wallClock: WallClock, name: 'from' | 'to', text: string): { from?: number; to?: number } {
  if (text === '') return {};
  const at = wallClock.parse(text);
  if (at === undefined) throw new AppError('invalid', `${name} must be a time such as 2025-09-06T10:21.`);
  return { [name]: at };
}

function lineOf(entry: AuditEntry, t: Translate): AuditLine {
  const [subject = '', verb = ''] = entry.action.split('.');
  return {
    ...entry,
    actor: actorTextKeys[entry.actor] === undefined ? entry.actor : t(actorTextKeys[entry.actor]!),
    actionKey: actions[subject]?.includes(verb) ? entry.action : null,
    before: inWords(entry.before, t),
    after: inWords(entry.after, t),
  };
}

/** Stored details on one line: `role Administrator`, `may read, admin · station S9`. */
function inWords(detail: unknown, t: Translate): string {
  if (detail === null || typeof detail !== 'object') return detail === null ? '' : String(detail);
  return Object.entries(detail)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => {
      const word = details.includes(key) ? t(`access.details.${key}`) : key;
      const isRole = key === 'role' && (roles as readonly unknown[]).includes(value);
      const shown = isRole
        ? t(`access.roles.${value}`)
        : Array.isArray(value)
          ? value.join(', ')
          : String(value);
      return `${word} ${shown}`;
    })
    .join(' · ');
}
