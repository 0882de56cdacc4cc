import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';

/** Most channels that one viewer may follow. */
export const maxFollowed = 64;
/** The longest name of a channel: `station/` and a folder's name. */
const maxNameLength = 300;

/** What a viewer of live images wants to receive. */
export type Subscription = {
  /** Keys of channels; null follows every folder, as clients of contract S5 do. Stations must be named. */
  channels: ReadonlySet<string> | null;
  /** The newest image of this coil instead of the newest of all. */
  coil: string | null;
  /** Our own pages receive more about each image, and the states of cameras. */
  isDetailed: boolean;
  /** Browsers hide pings from scripts; with this they are sent as messages. */
  wantsPings: boolean;
};

const subscribeMessage = z.object({
  type: z.literal('subscribe'),
  channels: z.array(z.string().max(maxNameLength)).max(maxFollowed),
  coil: z.string().max(100).optional(),
});

/**
 * Reads the query of a socket or of `/live/latest`: `channels=a,b` (or `channels` several times), `coil`, `detail=1`,
 * `ping=1`. A name that holds a comma is one name when the channel `isKnown`.
 *
 * @throws AppError 'invalid' for too many or too long names.
 */
export function readSubscription(
  search: URLSearchParams,
  isKnown: (channel: string) => boolean,
): Subscription {
  const values = search.getAll('channels').filter((value) => value !== '');
  const channels = values.flatMap((value) => (isKnown(value) ? [value] : value.split(',')));
  if (channels.length > maxFollowed || channels.some((name) => name.length > maxNameLength)) {
    throw new AppError('invalid', `At most ${maxFollowed} channels can be followed at once.`, {
      details: { field: 'channels' },
    });
  }
  return {
    channels: values.length === 0 ? null : new Set(channels),
    coil: (search.get('coil') ?? '').slice(0, 100) || null,
    isDetailed: search.get('detail') === '1',
    wantsPings: search.get('ping') === '1',
  };
}

/**
 * The subscription after a message of its viewer: `{"type":"subscribe","channels":[…],"coil"?}` replaces channels and
 * coil. Undefined for any other message; clients of S5 send none that matters.
 *
 * @throws AppError 'invalid' for a malformed subscribe message.
 */
export function changeSubscription(before: Subscription, message: string): Subscription | undefined {
  const json = parseJson(message);
  if (typeof json !== 'object' || json === null || !('type' in json) || json.type !== 'subscribe') return;
  const parsed = subscribeMessage.safeParse(json);
  if (!parsed.success) {
    throw new AppError(
      'invalid',
      `subscribe takes "channels", a list of at most ${maxFollowed} names, and "coil", a text.`,
    );
  }
  return { ...before, channels: new Set(parsed.data.channels), coil: parsed.data.coil || null };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
