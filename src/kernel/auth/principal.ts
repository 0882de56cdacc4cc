/** What a person may do; each includes the one before. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

const ingestScopes = ['ingest:events', 'ingest:predictions', 'ingest:frames', 'ingest:images'] as const;
/** What a program that sends facts may send. */
export type IngestScope = (typeof ingestScopes)[number];

/** What a token may do: send one kind of fact, look, or all that an administrator's program needs. */
export const tokenScopes = [...ingestScopes, 'read', 'admin'] as const;
export type TokenScope = (typeof tokenScopes)[number];

/** Who is let in without a key: to look (the default), to nothing, or to everything on a trusted network. */
export const accessPolicies = ['open-view', 'closed', 'open'] as const;
export type AccessPolicy = (typeof accessPolicies)[number];

/**
 * What a route lets do. `public`: needed before anybody is known. `look`: reading. `operate`: acknowledge, review,
 * rescan, retry. `self`: the own account. `administer`: settings, demo, clean-up. `ingest:…`: sending facts. `entrust`: handing out keys and
 * reading who used them, for an administrator in person, whatever the policy.
 */
export type Access = 'public' | 'look' | 'self' | 'operate' | 'administer' | 'entrust' | IngestScope;

/** Who asks. */
export type Principal =
  /** `badToken`: a token came along that is unknown, revoked or mistyped. */
  | { kind: 'nobody'; badToken?: boolean }
  /** A request from this very machine, while no user and no token exists. */
  | { kind: 'machine' }
  | { kind: 'user'; userId: number; name: string; role: Role; sessionId: number }
  | {
      kind: 'token';
      tokenId: number;
      name: string;
      scopes: readonly TokenScope[];
      /** The one site, station or device this token speaks for; null for any. A station is always one of a site. */
      siteId: number | null;
      station: string | null;
      device: string | null;
    }
  /** `pages` as this process addresses them: a station of another site is `/stations/<name>?site=<site>`. */
  | { kind: 'kiosk'; linkId: number; name: string; pages: readonly string[] };

/** `unknown`: say who you are first. `refused`: known, and not allowed. `confined`: allowed on this kiosk's pages. */
export type Judgement = 'granted' | 'unknown' | 'refused' | 'confined';

/** The table of who may do what, as one function of access, person and policy. */
export function judge(access: Access, principal: Principal, policy: AccessPolicy): Judgement {
  if (access === 'public') return 'granted';
  if (principal.kind === 'nobody' && principal.badToken) return 'unknown';
  if (access === 'entrust' || access === 'self') {
    if (principal.kind === 'nobody' || principal.kind === 'machine') return 'unknown';
    return grantIf(principal.kind === 'user' && (access === 'self' || principal.role === 'admin'));
  }
  if (policy === 'open' || (access === 'look' && policy === 'open-view')) return 'granted';
  switch (principal.kind) {
    case 'nobody':
      return 'unknown';
    case 'machine':
      return 'granted';
    case 'kiosk':
      return access === 'look' ? 'confined' : 'refused';
    case 'user':
      return grantIf(roleAllows(principal.role, access));
    case 'token':
      return grantIf(principal.scopes.includes('admin') || principal.scopes.includes(scopeFor(access)));
  }
}

/** What a policy may open to everybody. */
type OpenableAccess = Exclude<Access, 'public' | 'self' | 'entrust'>;

function grantIf(allowed: boolean): Judgement {
  return allowed ? 'granted' : 'refused';
}

function roleAllows(role: Role, access: OpenableAccess): boolean {
  if (access === 'look') return true;
  return role === 'admin' || (access === 'operate' && role === 'operator');
}

function scopeFor(access: OpenableAccess): TokenScope {
  if (access === 'look') return 'read';
  return access === 'operate' || access === 'administer' ? 'admin' : access;
}

/**
 * Whether the one who sends facts may send them for this station and device of a site, which is the one of the process
 * that takes them: a token may be tied to one of each, and one for S4 of a site is none for the S4 of another.
 */
export function speaksFor(
  principal: Principal,
  source: { siteId: number; station?: string; device?: string },
): boolean {
  if (principal.kind !== 'token') return true;
  const { siteId, station, device } = principal;
  return (
    (siteId === null || siteId === source.siteId) &&
    (station === null || station === source.station) &&
    (device === null || device === source.device)
  );
}
