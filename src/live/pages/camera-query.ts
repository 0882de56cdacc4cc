import { type Keyset, parseKeyset } from '../../kernel/db/keyset.ts';
import { AppError } from '../../kernel/errors.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { LiveRole } from '../model.ts';

/** Layout of a camera's two pictures: side by side, one alone, or one above the other with a slider. */
export const viewChoices = ['both', 'original', 'labeled', 'slider'] as const;
export type ViewChoice = (typeof viewChoices)[number];

/** The choices of a camera's page. They are kept in its URL only. */
export type CameraQuery = {
  view: ViewChoice;
  coil: string | null;
  /** Shows the newest image at or before this keyset; null shows the newest one now. */
  at: Keyset | null;
};

/** Greater than every id. */
const lastId = Number.MAX_SAFE_INTEGER;

/**
 * Reads `view`, `coil` and one of `at=<ms>.<id>` (an image), `t=<ms>` (the scrubber), `time=YYYY-MM-DDTHH:MM[:SS]` (site
 * time). `roles` are those of the camera's pictures.
 *
 * @throws AppError 'invalid' naming the field.
 */
export function readCameraQuery(
  search: URLSearchParams,
  wallClock: Pick<WallClock, 'parse'>,
  roles: readonly LiveRole[],
): CameraQuery {
  const asked = viewChoices.find((choice) => choice === search.get('view')) ?? 'both';
  return {
    view: roles.length > 1 ? asked : (roles[0] ?? 'original'),
    coil: (search.get('coil') ?? '').trim().slice(0, 100) || null,
    at: readKeyset(search, wallClock),
  };
}

function readKeyset(search: URLSearchParams, wallClock: Pick<WallClock, 'parse'>): Keyset | null {
  const at = parseKeyset(search.get('at'), 'at');
  if (at) return at;
  const t = search.get('t');
  if (t) {
    if (!/^\d{1,15}$/.test(t)) throw invalid('t', `"${t.slice(0, 40)}" is no time in milliseconds.`);
    return { capturedAt: Number(t), id: lastId };
  }
  const time = search.get('time');
  if (!time) return null;
  const capturedAt = wallClock.parse(time);
  if (capturedAt === undefined) {
    throw invalid('time', `"${time.slice(0, 40)}" is no time such as 2026-01-31T14:05.`);
  }
  // Includes the whole minute or second that was entered.
  return { capturedAt: capturedAt + (/T\d\d:\d\d$/.test(time) ? 59_999 : 999), id: lastId };
}

function invalid(field: string, text: string): AppError {
  return new AppError('invalid', text, { details: { field } });
}
