import { type Keyset, parseKeyset } from '../../kernel/db/keyset.ts';
import { AppError } from '../../kernel/errors.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { LiveRole } from '../model.ts';

/** How the two pictures of a camera stand: beside each other, one alone, or one over the other with a slider. */
export const viewChoices = ['both', 'original', 'labeled', 'slider'] as const;
export type ViewChoice = (typeof viewChoices)[number];

/** What a camera's page is asked for; it lives in the URL and nowhere else. */
export type CameraQuery = {
  view: ViewChoice;
  coil: string | null;
  /** The image to show, or the newest one that is no newer than this place; null shows what is newest now. */
  at: Keyset | null;
};

/** Later than every id. */
const lastId = Number.MAX_SAFE_INTEGER;

/**
 * Reads `view`, `coil` and one of `at=<ms>.<id>` (an image), `t=<ms>` (the scrubber), `time=YYYY-MM-DDTHH:MM[:SS]` (site
 * time). `roles` are the pictures the camera has.
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
    at: readPlace(search, wallClock),
  };
}

function readPlace(search: URLSearchParams, wallClock: Pick<WallClock, 'parse'>): Keyset | null {
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
  // What happened within the minute or second that was typed belongs to it.
  return { capturedAt: capturedAt + (/T\d\d:\d\d$/.test(time) ? 59_999 : 999), id: lastId };
}

function invalid(field: string, text: string): AppError {
  return new AppError('invalid', text, { details: { field } });
}
