import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { hidePassword } from '../../settings/hide-password.ts';
import type { Clock } from '../../time/clock.ts';
import { isDatabaseAway } from '../faults.ts';

/** Time for a server that starts together with this program. */
const maxStartWaitMs = 30_000;
const retryMs = 1_000;
/** Connections per process; further queries wait for one. */
export const maxConnections = 10;
/** Also the longest that a page waits for an unreachable server. */
export const connectTimeoutMs = 5_000;
/** A query that takes longer is taken to hang, and its connection is destroyed. */
export const queryTimeoutMs = 30_000;

/**
 * Connects at startup. Waits for a server that does not answer yet and explains every other failure in plain words.
 *
 * @throws AppError 'unavailable' with what is wrong and where.
 */
export async function connectAtStart<T>(
  url: string,
  { clock, log }: { clock: Clock; log: Log },
  connect: () => Promise<T>,
): Promise<T> {
  const deadline = clock.now() + maxStartWaitMs;
  for (let tries = 0; ; tries++) {
    try {
      return await connect();
    } catch (error) {
      if (error instanceof AppError) throw error;
      const isHopeless = !isDatabaseAway(error) || codeOf(error) === 'ENOTFOUND';
      if (isHopeless || clock.now() >= deadline || tries * retryMs >= maxStartWaitMs)
        throw refusal(url, error);
      if (tries === 0)
        log.warn({ database: hidePassword(url) }, 'The database does not answer yet; waiting for it');
      await sleep(retryMs);
    }
  }
}

const explanations: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  ETIMEDOUT: 'the host does not answer',
  '28P01': 'the user or the password is wrong',
  '28000': 'the server does not let this user in from here',
  '3D000': 'there is no database of this name; create it first',
  ER_ACCESS_DENIED_ERROR: 'the user or the password is wrong',
  ER_DBACCESS_DENIED_ERROR: 'this user may not use the database, or there is none of this name',
  ER_BAD_DB_ERROR: 'there is no database of this name; create it first',
};

function refusal(url: string, error: unknown): AppError {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const reason = explanations[code] ?? (message || code);
  return new AppError('unavailable', `The database ${hidePassword(url)} cannot be used: ${reason}.`, {
    cause: error,
  });
}

function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: string; errors?: { code?: string }[] };
  return code ?? errors?.[0]?.code ?? '';
}
