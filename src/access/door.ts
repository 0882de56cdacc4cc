import { type AccessPolicy, nameOfPrincipal } from '../kernel/auth/principal.ts';
import type { AppContext, Door } from '../kernel/http/env.ts';
import { addressOf } from '../kernel/http/guards/origin.ts';
import { createRateLimit } from '../kernel/http/guards/rate-limit.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { WallTile } from '../plant/walls/wall-tile.ts';
import type { Db } from '../schema/db.ts';
import { isOnPages } from './kiosk-pages.ts';
import type { Doer, RecordAudit } from './record-audit.ts';

/** Far above what fingers do and what a device sends, far below what harms. */
const writesOfPeople = { burst: 300, perSec: 5 };
const writesOfPrograms = { burst: 10_000, perSec: 2_000 };

/** What every route asks about who may pass, with one count of writes for each caller. */
export function createDoor(parts: {
  db: Db;
  clock: Clock;
  audit: RecordAudit;
  policy: AccessPolicy;
  site: { id: number; name: string };
  stationPageOf: (id: number) => Promise<string | undefined>;
  tilesOfWall: (name: string) => Promise<readonly WallTile[]>;
  noteSender: Door['noteSender'];
}): Door {
  const { db, clock, audit, site, stationPageOf, tilesOfWall } = parts;
  const limits = {
    person: createRateLimit({ clock, ...writesOfPeople }),
    program: createRateLimit({ clock, ...writesOfPrograms }),
  };
  return {
    policy: parts.policy,
    siteId: site.id,
    isOnPages: (pages, url, isSocket) =>
      isOnPages(pages, url, { isSocket, ownSite: site.name, stationPageOf, tilesOfWall }),
    writeWaitMs: (c, kind) => {
      const principal = c.get('principal');
      return limits[kind].take(principal.kind === 'token' ? `token ${principal.tokenId}` : callerAddress(c));
    },
    noteSender: parts.noteSender,
    record: (c, change) => db.tx((q) => audit(q, doerOf(c), change)),
  };
}

/** Who does what this request asks for, as the audit log names it. */
export function doerOf(c: AppContext): Doer {
  return { actor: nameOfPrincipal(c.get('principal')), address: callerAddress(c) };
}

/** A trusted sender is limited and recorded by the address that was proven, not by one that it names. */
function callerAddress(c: AppContext): string {
  const principal = c.get('principal');
  return principal.kind === 'sender' ? principal.address : addressOf(c);
}
