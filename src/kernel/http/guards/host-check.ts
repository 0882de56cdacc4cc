import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../env.ts';
import { parseHostHeader } from './addresses.ts';

/** Suffixes that public DNS never resolves, so no outsider can point such a name at this server. */
const privateSuffixes = ['.localhost', '.local', '.lan', '.home.arpa', '.internal'];

/** 421 Misdirected Request (RFC 9110, section 15.5.20). */
const misdirectedStatus = 421;

/**
 * Refuses requests whose Host header is an unknown public name. Otherwise a foreign page that points its own name at our
 * address (DNS rebinding) could read and change everything like one of ours. Allowed are IP addresses (which cannot be
 * rebound), single words and private suffixes (never public), the machine's own name, and `allowedHosts` (`name`,
 * `*.domain`, or `*` for any).
 */
export function hostCheck(options: {
  allowedHosts: readonly string[];
  machineName?: string;
}): MiddlewareHandler<AppEnv> {
  const machineName = (options.machineName ?? hostname()).toLowerCase();
  const allowed = options.allowedHosts.map((name) => name.trim().toLowerCase()).filter((name) => name !== '');
  return async (c, next) => {
    const header = c.req.header('host') ?? new URL(c.req.url).host;
    const host = parseHostHeader(header);
    if (host === undefined) return c.text('The Host header of this request is not a host name.', 400);
    if (!isOurs(host, machineName, allowed)) {
      return c.text(
        `This server does not answer to the name ${host}. Open it by its IP address, or add the name to ALLOWED_HOSTS.`,
        misdirectedStatus,
      );
    }
    await next();
  };
}

function isOurs(host: string, machineName: string, allowed: readonly string[]): boolean {
  if (isIP(host) !== 0 || !host.includes('.') || host === machineName) return true;
  if (privateSuffixes.some((suffix) => host.endsWith(suffix))) return true;
  return allowed.some(
    (name) => name === '*' || name === host || (name.startsWith('*.') && host.endsWith(name.slice(1))),
  );
}
