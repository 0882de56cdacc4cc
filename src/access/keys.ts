import { desc, eq, getTableColumns } from 'drizzle-orm';
import type { TokenScope } from '../kernel/auth/principal.ts';
import { createSecret, hashSecret } from '../kernel/auth/secrets.ts';
import { type Placeholders, prepared } from '../kernel/db/prepared.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Sites } from '../plant/sites.ts';
import type { Db } from '../schema/db.ts';
import type { Doer, RecordAudit } from './record-audit.ts';

/** A token for API clients. Instants are epoch ms UTC. */
export type ApiToken = {
  id: number;
  name: string;
  scopes: TokenScope[];
  /** The only site, station or device it is valid for; null for any. A station always belongs to a site. */
  siteId: number | null;
  station: string | null;
  device: string | null;
  createdBy: string;
  createdAt: number;
  lastUsedAt: number | null;
  lastAddress: string | null;
  revokedAt: number | null;
};

/** A link that shows some pages, read-only. */
export type KioskLink = {
  id: number;
  name: string;
  /** The site of those stations in `pages` that name none. */
  siteId: number | null;
  pages: string[];
  createdBy: string;
  createdAt: number;
  lastUsedAt: number | null;
  revokedAt: number | null;
};

type NewToken = Pick<ApiToken, 'name' | 'scopes' | 'siteId' | 'station' | 'device'>;
type NewLink = Pick<KioskLink, 'name' | 'siteId' | 'pages'>;

export type Keys = {
  /** Creates a token. This is the only time its secret is available. */
  addToken(doer: Doer, token: NewToken): Promise<string>;
  addLink(doer: Doer, link: NewLink): Promise<string>;
  /** Undefined if the secret is unknown or revoked. */
  findToken(secret: string): Promise<ApiToken | undefined>;
  findLink(secret: string): Promise<KioskLink | undefined>;
  /** Newest first, revoked ones included. */
  listTokens(): Promise<ApiToken[]>;
  listLinks(): Promise<KioskLink[]>;
  /** Effective at once; false if there is no such token in force. */
  revokeToken(doer: Doer, id: number): Promise<boolean>;
  revokeLink(doer: Doer, id: number): Promise<boolean>;
  touchToken(id: number, address: string): Promise<void>;
  touchLink(id: number): Promise<void>;
  /** Whether there was ever a token. Once true it stays so, because tokens are revoked and never deleted. */
  anyTokenExists(): Promise<boolean>;
};

/** Prefix of every token, by which one in a file or a chat can be recognised. */
const tokenPrefix = 'ls_';

/** The only reads and writes of the tables `api_tokens` and `kiosk_links`. */
export function createKeys(parts: { db: Db; sites: Sites; clock: Clock; audit: RecordAudit }): Keys {
  const { db, sites, clock, audit } = parts;
  const { apiTokens, kioskLinks } = db.tables;
  const { secretHash: _token, ...tokenColumns } = getTableColumns(apiTokens);
  const { secretHash: _link, ...linkColumns } = getTableColumns(kioskLinks);
  const selectToken = prepared((value: Placeholders<{ secretHash: string }>) =>
    db.read.select().from(apiTokens).where(eq(apiTokens.secretHash, value.secretHash)),
  );
  const selectLink = prepared((value: Placeholders<{ secretHash: string }>) =>
    db.read.select(linkColumns).from(kioskLinks).where(eq(kioskLinks.secretHash, value.secretHash)),
  );
  const selectTokens = prepared(() =>
    db.read.select(tokenColumns).from(apiTokens).orderBy(desc(apiTokens.id)),
  );
  const selectLinks = prepared(() =>
    db.read.select(linkColumns).from(kioskLinks).orderBy(desc(kioskLinks.id)),
  );
  const selectAnyToken = prepared(() => db.read.select({ id: apiTokens.id }).from(apiTokens).limit(1));
  let isTokenKnown = false;
  const revoke = (table: typeof apiTokens | typeof kioskLinks, action: string, doer: Doer, id: number) =>
    db.tx(async (q) => {
      const [found] = await q
        .select({ name: table.name, revokedAt: table.revokedAt })
        .from(table)
        .where(eq(table.id, id));
      if (!found || found.revokedAt !== null) return false;
      await q.update(table).set({ revokedAt: clock.now() }).where(eq(table.id, id));
      await audit(q, doer, { action, target: found.name });
      return true;
    });

  return {
    addToken: async (doer, token) => {
      const { secret, secretHash } = createSecret(tokenPrefix);
      const { name, siteId, ...rest } = token;
      const site = siteId === null ? null : (sites.tagOf(siteId)?.name ?? null);
      await db.tx(async (q) => {
        const made = { createdBy: doer.actor, createdAt: clock.now() };
        await q.insert(apiTokens).values({ ...token, secretHash, ...made });
        await audit(q, doer, { action: 'tokens.add', target: name, after: { ...rest, site } });
      });
      return secret;
    },
    addLink: async (doer, link) => {
      const { secret, secretHash } = createSecret();
      await db.tx(async (q) => {
        const made = { createdBy: doer.actor, createdAt: clock.now() };
        await q.insert(kioskLinks).values({ ...link, secretHash, ...made });
        await audit(q, doer, { action: 'kiosk.add', target: link.name, after: { pages: link.pages } });
      });
      return secret;
    },
    findToken: async (secret) => {
      const [row] = await selectToken({ secretHash: hashSecret(secret) });
      return row?.revokedAt === null ? row : undefined;
    },
    findLink: async (secret) => {
      const [row] = await selectLink({ secretHash: hashSecret(secret) });
      return row?.revokedAt === null ? row : undefined;
    },
    listTokens: () => selectTokens(),
    listLinks: () => selectLinks(),
    revokeToken: (doer, id) => revoke(apiTokens, 'tokens.revoke', doer, id),
    revokeLink: (doer, id) => revoke(kioskLinks, 'kiosk.revoke', doer, id),
    touchToken: (id, address) =>
      db.tx(async (q) => {
        const used = { lastUsedAt: clock.now(), lastAddress: address };
        await q.update(apiTokens).set(used).where(eq(apiTokens.id, id));
      }),
    touchLink: (id) =>
      db.tx(async (q) => {
        await q.update(kioskLinks).set({ lastUsedAt: clock.now() }).where(eq(kioskLinks.id, id));
      }),
    anyTokenExists: async () => {
      isTokenKnown ||= (await selectAnyToken()).length > 0;
      return isTokenKnown;
    },
  };
}
