import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../env.ts';
import { parseHostHeader } from './addresses.ts';

/** Ends of names that the public name system never answers for, so no stranger can point one at this server. */
const privateSuffixes = ['.localhost', '.local', '.lan', '.home.arpa', '.internal'];

/** 421 Misdirected Request: this server is not the one the name means. */
const misdirectedStatus = 421;

/**
 * Refuses requests whose Host header is a public name this server was not told of. A page of a stranger that points
 * its own name at our address (DNS rebinding) would otherwise read and change everything as if it were ours.
 * Let through: IP addresses (nothing can be re-pointed), single words and private endings (never public), the
 * machine's own name, and `allowedHosts` (`name`, `*.domain`, or `*` for any).
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
