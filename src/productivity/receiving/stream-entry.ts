import { type Message, readMessage } from './record-patiently.ts';

/** An entry of a Redis stream: its id, and its fields in turn with their values; null once it was deleted. */
export type StreamEntry = [id: string, fields: string[] | null];

const numbers: readonly string[] = ['confidence', 'count'];

/**
 * Reads the event of an entry: as JSON in the field `event`, or else field by field under the names of contract S2, where
 * numbers are written as text.
 */
export function readEntry([id, fields]: StreamEntry): Message {
  if (fields === null)
    return { fault: 'The entry was removed from the stream before it was recorded', body: id };
  const values = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) values.set(fields[i]!, fields[i + 1]!);
  const json = values.get('event');
  if (json !== undefined) return readMessage(json);
  const event = Object.fromEntries(
    [...values].map(([name, value]) => [name, numbers.includes(name) ? numberOf(value) : value]),
  );
  return { events: [event] };
}

/** A text that is no number stays one, so that it is refused with what it says. */
function numberOf(text: string): number | string | undefined {
  if (text.trim() === '') return undefined;
  return Number.isNaN(Number(text)) ? text : Number(text);
}
