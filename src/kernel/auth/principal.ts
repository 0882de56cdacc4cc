/** Roles of users; each includes the one before. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

const ingestScopes = ['ingest:events', 'ingest:predictions', 'ingest:frames', 'ingest:images'] as const;
/** Kinds of facts that a program may send. */
export type IngestScope = (typeof ingestScopes)[number];

/** Scopes of a token: sending one kind of fact, reading, or everything for an administrator's program. */
export const tokenScopes = [...ingestScopes, 'read', 'admin'] as const;
export type TokenScope = (typeof tokenScopes)[number];

/** What programs of listed addresses may do without a key: send facts, ask for a scan, read the metrics. */
export const senderKinds = [...ingestScopes, 'scan', 'metrics'] as const;
export type SenderKind = (typeof senderKinds)[number];

/** Anonymous access: reading (the default), nothing, or everything on a trusted network. */
export const accessPolicies = ['open-view', 'closed', 'open'] as const;
export type AccessPolicy = (typeof accessPolicies)[number];

/**
 * The access that a route requires. `public`: none, needed before sign-in. `look`: reading. `operate`: acknowledge, review,
 * rescan, retry. `self`: the own account. `administer`: settings, demo, clean-up. `ingest:…`: sending facts. `entrust`:
 * creating keys and reading who used them, for an administrator in person under every policy.
 */
export type Access = 'public' | 'look' | 'self' | 'operate' | 'administer' | 'entrust' | IngestScope;

/** The caller of a request. */
export type Principal =
  /** `badToken`: the request has a token that is unknown, revoked or mistyped. */
  | { kind: 'nobody'; badToken?: boolean }
  /** A program without a key at an address of TRUSTED_SENDERS; for everything else it is nobody. */
  | { kind: 'sender'; address: string; kinds: readonly SenderKind[] }
  /** A request from this machine while there is no user and no token. */
  | { kind: 'machine' }
  | { kind: 'user'; userId: number; name: string; role: Role; sessionId: number }
  | {
      kind: 'token';
      tokenId: number;
      name: string;
      scopes: readonly TokenScope[];
      /** The only site, station or device the token is valid for; null for any. A station always belongs to a site. */
      siteId: number | null;
      station: string | null;
      device: string | null;
    }
  /** `pages` as addressed at this site: a station of another site is `/stations/<name>?site=<site>`. */
  | { kind: 'kiosk'; linkId: number; name: string; pages: readonly string[] };

/** `unknown`: must sign in first. `refused`: not allowed. `confined`: allowed on the kiosk's pages only. */
export type Judgement = 'granted' | 'unknown' | 'refused' | 'confined';

/**
 * The access table: the one decision for access, caller and policy. `sendAs` is the kind of trusted sender that a route
 * takes besides, where its access is not one of sending facts.
 */
export function judge(
  access: Access,
  principal: Principal,
  policy: AccessPolicy,
  sendAs?: SenderKind,
): Judgement {
  if (access === 'public') return 'granted';
  if (principal.kind === 'nobody' && principal.badToken) return 'unknown';
  if (access === 'entrust' || access === 'self') {
    if (principal.kind === 'nobody' || principal.kind === 'machine' || principal.kind === 'sender')
      return 'unknown';
    return grantIf(principal.kind === 'user' && (access === 'self' || principal.role === 'admin'));
  }
  if (policy === 'open' || (access === 'look' && policy === 'open-view')) return 'granted';
  switch (principal.kind) {
    case 'nobody':
      return 'unknown';
    case 'sender': {
      const kind = senderKindOf(access, sendAs);
      return kind !== undefined && principal.kinds.includes(kind) ? 'granted' : 'unknown';
    }
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

/** The kind of trusted sender that may use a route; undefined where none may. */
export function senderKindOf(access: Access, sendAs?: SenderKind): SenderKind | undefined {
  return sendAs ?? ingestScopes.find((scope) => scope === access);
}

/** Access that a policy can grant anonymously. */
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
 * Whether the caller may send facts for this station and device of a site, that of the receiving process. A token can be
 * tied to one of each; a token for S4 of one site is not valid for S4 of another.
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

/** Callers without a name: as `nameOfPrincipal` writes them, and the key of their text. */
export const actorTextKeys: Readonly<Record<string, string>> = {
  '(this machine)': 'access.actors.machine',
  '(nobody)': 'access.actors.nobody',
};

/** How the audit log names a caller: a user by name, everything else in words that no user name can have. */
export function nameOfPrincipal(principal: Principal): string {
  switch (principal.kind) {
    case 'user':
      return principal.name;
    case 'token':
      return `(token) ${principal.name}`;
    case 'kiosk':
      return `(kiosk) ${principal.name}`;
    case 'sender':
      return `(sender) ${principal.address}`;
    case 'machine':
      return '(this machine)';
    case 'nobody':
      return '(nobody)';
  }
}
