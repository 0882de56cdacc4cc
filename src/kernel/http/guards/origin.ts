import type { Context } from 'hono';
import type { AppEnv } from '../env.ts';
import { isLoopback } from './addresses.ts';

/** Headers added by proxies: a request with one of them did not start on this machine. */
const forwardingHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
  'cf-connecting-ip',
  'true-client-ip',
];

/**
 * The page a request comes from according to the browser: one of this server (`own`), of another site (`foreign`), or
 * `unsaid`, as for programs. Browsers from before 2020 send only Origin or Referer.
 */
export function siteOf(c: Context<AppEnv>): 'own' | 'foreign' | 'unsaid' {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' ? 'own' : 'foreign';
  const page = c.req.header('origin') ?? c.req.header('referer');
  if (page === undefined) return 'unsaid';
  return URL.canParse(page) && isOwn(new URL(page), c) ? 'own' : 'foreign';
}

/** Whether the client uses TLS, to this server or to a proxy in front of it. */
export function isSecure(c: Context<AppEnv>): boolean {
  return new URL(c.req.url).protocol === 'https:' || c.req.header('x-forwarded-proto') === 'https';
}

/**
 * Whether a page was loaded from the address that its request was sent to. Names and ports must be equal. Only a proxy
 * may have changed them on the way: one that is trusted says what it was sent (X-Forwarded-Host, -Port), and others drop
 * the port (`$host` of nginx), so a Host without a port is compared by its name alone. Under TLS, a page loaded over plain
 * HTTP does not count as ours, because it could have been altered on the way.
 */
function isOwn(page: URL, c: Context<AppEnv>): boolean {
  const forwarded = forwardedOf(c);
  const isUnderTls = new URL(c.req.url).protocol === 'https:' || forwarded.scheme === 'https';
  if (isUnderTls && page.protocol !== 'https:') return false;
  const sentTo = forwarded.host ?? c.req.header('host') ?? new URL(c.req.url).host;
  const isPortGiven = /:\d+$/.test(sentTo);
  const host = isPortGiven || forwarded.port === undefined ? sentTo : `${sentTo}:${forwarded.port}`;
  // Parsed as a URL of the page's scheme, so that a default port or capital letters make no difference.
  const hostUrl = `${page.protocol}//${host}`;
  if (!URL.canParse(hostUrl)) return false;
  const own = new URL(hostUrl);
  if (own.host === page.host) return true;
  const isPortDropped = !isPortGiven && forwarded.port === undefined && !isOnDefaultPort(c);
  return isPortDropped && own.hostname === page.hostname;
}

/** What a trusted proxy says of the request it was sent; nothing of any other client, which could say anything. */
function forwardedOf(c: Context<AppEnv>): { host?: string; port?: string; scheme?: string } {
  if (!isProxy(c, c.env?.incoming?.socket?.remoteAddress ?? '')) return {};
  const first = (name: string) => c.req.header(name)?.split(',')[0]?.trim() || undefined;
  const port = first('x-forwarded-port');
  return {
    host: first('x-forwarded-host'),
    port: port !== undefined && /^\d{1,5}$/.test(port) ? port : undefined,
    scheme: first('x-forwarded-proto')?.toLowerCase(),
  };
}

/** Whether the request came straight to the default port of its scheme, so that a Host without a port says it all. */
function isOnDefaultPort(c: Context<AppEnv>): boolean {
  const port = c.env?.incoming?.socket?.localPort;
  const isDefault = port === (new URL(c.req.url).protocol === 'https:' ? 443 : 80);
  return isDefault && forwardingHeaders.every((name) => c.req.header(name) === undefined);
}

function isProxy(c: Context<AppEnv>, address: string): boolean {
  return isLoopback(address) || (c.get('isTrustedProxy')?.(address) ?? false);
}

/** Whether a request comes from this machine, and not through a proxy on it. */
export function isFromThisMachine(c: Context<AppEnv>): boolean {
  const peer = c.env?.incoming?.socket?.remoteAddress;
  if (peer === undefined || !isLoopback(peer)) return false;
  return forwardingHeaders.every((name) => c.req.header(name) === undefined);
}

/**
 * Address of the client. Proxies on this machine and those of TRUSTED_PROXIES are trusted to forward it; of others the own
 * address counts, because they could send anything.
 */
export function addressOf(c: Context<AppEnv>): string {
  const peer = c.env?.incoming?.socket?.remoteAddress ?? '';
  if (!isProxy(c, peer)) return plainAddress(peer);
  const hops = (c.req.header('x-forwarded-for') ?? '').split(',').map(plainAddress);
  // Each proxy adds the address it was sent from, so the last one that is no proxy of ours is the client's.
  return hops.findLast((hop) => hop !== '' && !isProxy(c, hop)) ?? (hops.at(-1) || plainAddress(peer));
}

/**
 * The address by which a program is trusted without a key: its own, or the one that a proxy of TRUSTED_PROXIES was sent
 * from. Empty where nothing is proven: of what a proxy that is not listed there forwards, on this machine too, neither its
 * own address nor the one it names is that of the program, and one that is listed must say for whom it asks.
 */
export function provenAddressOf(c: Context<AppEnv>): string {
  const isTrusted = c.get('isTrustedProxy') ?? (() => false);
  const peer = plainAddress(c.env?.incoming?.socket?.remoteAddress ?? '');
  const isForwarded = forwardingHeaders.some((name) => c.req.header(name) !== undefined);
  if (!isTrusted(peer)) return isForwarded ? '' : peer;
  const hops = (c.req.header('x-forwarded-for') ?? '').split(',').map(plainAddress);
  return hops.findLast((hop) => hop !== '' && !isTrusted(hop)) ?? '';
}

const maxAddressLength = 64;

function plainAddress(text: string): string {
  return text
    .trim()
    .replace(/^::ffff:(?=\d+\.)/, '')
    .slice(0, maxAddressLength);
}
