import type { TokenScope } from '../kernel/auth/principal.ts';
import type { Kit } from '../kernel/db/kit.ts';

/** Tables owned by `access/`: who may use the product, and who did what. Secrets are stored as SHA-256 hashes only. */
export function defineAccessTables(kit: Kit) {
  const users = kit.table(
    'users',
    {
      id: kit.key('id'),
      name: kit.text('name', 100).notNull(),
      role: kit.enumText('role', ['viewer', 'operator', 'admin']).notNull(),
      passwordHash: kit.text('password_hash', 255).notNull(),
      createdAt: kit.ms('created_at').notNull(),
      passwordChangedAt: kit.ms('password_changed_at').notNull(),
      lastSeenAt: kit.ms('last_seen_at'),
      disabledAt: kit.ms('disabled_at'),
    },
    (t) => [kit.uniqueIndex('users_name', [t.name])],
  );
  const sessions = kit.table(
    'sessions',
    {
      id: kit.key('id'),
      userId: kit.ref('user_id').notNull(),
      secretHash: kit.text('secret_hash', 64).notNull(),
      createdAt: kit.ms('created_at').notNull(),
      seenAt: kit.ms('seen_at').notNull(),
      expiresAt: kit.ms('expires_at').notNull(),
      address: kit.text('address', 64).notNull(),
      agent: kit.text('agent', 255).notNull(),
    },
    (t) => [kit.uniqueIndex('sessions_secret', [t.secretHash]), kit.index('sessions_user', [t.userId])],
  );
  return { users, sessions, ...defineKeyTables(kit) };
}

function defineKeyTables(kit: Kit) {
  const apiTokens = kit.table(
    'api_tokens',
    {
      id: kit.key('id'),
      name: kit.text('name', 100).notNull(),
      secretHash: kit.text('secret_hash', 64).notNull(),
      scopes: kit.json<TokenScope[]>('scopes').notNull(),
      /** Ties a token to one site, station or device; null for any. A station is always one of a site. */
      siteId: kit.ref('site_id'),
      station: kit.text('station', 255),
      device: kit.text('device', 255),
      createdBy: kit.text('created_by', 100).notNull(),
      createdAt: kit.ms('created_at').notNull(),
      lastUsedAt: kit.ms('last_used_at'),
      lastAddress: kit.text('last_address', 64),
      revokedAt: kit.ms('revoked_at'),
    },
    (t) => [kit.uniqueIndex('api_tokens_secret', [t.secretHash])],
  );
  const kioskLinks = kit.table(
    'kiosk_links',
    {
      id: kit.key('id'),
      name: kit.text('name', 100).notNull(),
      secretHash: kit.text('secret_hash', 64).notNull(),
      /** The site whose stations `pages` means where it names none; null only for pages without a station. */
      siteId: kit.ref('site_id'),
      /** Paths this link opens, such as `/inspections`. */
      pages: kit.json<string[]>('pages').notNull(),
      createdBy: kit.text('created_by', 100).notNull(),
      createdAt: kit.ms('created_at').notNull(),
      lastUsedAt: kit.ms('last_used_at'),
      revokedAt: kit.ms('revoked_at'),
    },
    (t) => [kit.uniqueIndex('kiosk_links_secret', [t.secretHash])],
  );
  const auditEntries = kit.table(
    'audit_entries',
    {
      id: kit.key('id'),
      at: kit.ms('at').notNull(),
      actor: kit.text('actor', 150).notNull(),
      action: kit.text('action', 100).notNull(),
      target: kit.text('target', 255).notNull(),
      address: kit.text('address', 64).notNull(),
      before: kit.json<unknown>('before'),
      after: kit.json<unknown>('after'),
    },
    (t) => [kit.index('audit_entries_at', [t.at])],
  );
  return { apiTokens, kioskLinks, auditEntries };
}
