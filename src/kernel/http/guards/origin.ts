import type { Context } from 'hono';
import type { AppEnv } from '../env.ts';
import { isLoopback } from './addresses.ts';

/** Headers added by proxies: a request with one of them did not start on this machine. */
const forwardingHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
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

/** Under TLS, a page loaded over plain HTTP does not count as ours, because it could have been altered on the way. */
function isOwn(page: URL, c: Context<AppEnv>): boolean {
  if (new URL(c.req.url).protocol === 'https:' && page.protocol !== 'https:') return false;
  return page.host === requestHost(c);
}

/** Whether a request comes from this machine, and not through a proxy on it. */
export function isFromThisMachine(c: Context<AppEnv>): boolean {
  const peer = c.env?.incoming?.socket?.remoteAddress;
  if (peer === undefined || !isLoopback(peer)) return false;
  return forwardingHeaders.every((name) => c.req.header(name) === undefined);
}

/**
 * Address of the client. Only a proxy on this machine is trusted to forward it; of others the own address counts, because
 * they could send anything.
 */
export function addressOf(c: Context<AppEnv>): string {
  const peer = c.env?.incoming?.socket?.remoteAddress ?? '';
  const forwarded = isLoopback(peer) ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
  return (forwarded || peer).replace(/^::ffff:(?=\d+\.)/, '').slice(0, maxAddressLength);
}

const maxAddressLength = 64;

function requestHost(c: Context<AppEnv>): string {
  const requestUrl = new URL(c.req.url);
  const host = c.req.header('host');
  // Parsed as a URL, so that a default port or capital letters make no difference.
  const hostUrl = `${requestUrl.protocol}//${host}`;
  return host !== undefined && URL.canParse(hostUrl) ? new URL(hostUrl).host : requestUrl.host;
}
