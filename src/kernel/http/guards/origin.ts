import type { Context } from 'hono';
import type { AppEnv } from '../env.ts';
import { isLoopback } from './addresses.ts';

/** Headers a proxy adds: a request that carries one started elsewhere, however local its last hop is. */
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
 * Where a request comes from, as browsers say it: a page of this server (`own`), a page of another site, or
 * `unsaid`, as by a program. Browsers of before 2020 send no more than Origin or Referer.
 */
export function siteOf(c: Context<AppEnv>): 'own' | 'foreign' | 'unsaid' {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' ? 'own' : 'foreign';
  const page = c.req.header('origin') ?? c.req.header('referer');
  if (page === undefined) return 'unsaid';
  return URL.canParse(page) && isOwn(new URL(page), c) ? 'own' : 'foreign';
}

/** Whether the one who asks is on TLS, with this server or with a proxy in front of it. */
export function isSecure(c: Context<AppEnv>): boolean {
  return new URL(c.req.url).protocol === 'https:' || c.req.header('x-forwarded-proto') === 'https';
}

/** A page in plain text is not ours where we speak TLS: anybody on the way may have written it. */
function isOwn(page: URL, c: Context<AppEnv>): boolean {
  if (new URL(c.req.url).protocol === 'https:' && page.protocol !== 'https:') return false;
  return page.host === requestHost(c);
}

/** Whether a request comes from this very machine and not through a proxy on it. */
export function isFromThisMachine(c: Context<AppEnv>): boolean {
  const peer = c.env?.incoming?.socket?.remoteAddress;
  if (peer === undefined || !isLoopback(peer)) return false;
  return forwardingHeaders.every((name) => c.req.header(name) === undefined);
}

/**
 * Address of the one who asks. A proxy on this very machine is believed about the one before it; others could write
 * anything, so their own address counts.
 */
export function addressOf(c: Context<AppEnv>): string {
  const peer = c.env?.incoming?.socket?.remoteAddress ?? '';
  const forwarded = isLoopback(peer) ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
  return (forwarded || peer).replace(/^::ffff:(?=\d+\.)/, '').slice(0, longestAddress);
}

const longestAddress = 64;

function requestHost(c: Context<AppEnv>): string {
  const requestUrl = new URL(c.req.url);
  const host = c.req.header('host');
  // Through URL, so that a default port or capital letters in Host compare equal.
  const hostUrl = `${requestUrl.protocol}//${host}`;
  return host !== undefined && URL.canParse(hostUrl) ? new URL(hostUrl).host : requestUrl.host;
}
