import { z } from 'zod';

const id = z.string().max(100);
const name = z.string().max(200);
const payload = z.unknown().optional();

/**
 * The messages between processes. `from` is the sender; an `answered` is for the process whose `asked` had this id. The
 * types are a wire format: processes of the version before may be on the bus, too.
 */
const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('told'), from: id, name, payload }),
  z.object({ type: z.literal('lost'), from: id }),
  z.object({ type: z.literal('asked'), from: id, id, name, payload }),
  z.object({ type: z.literal('answered'), from: id, id, payload, fault: z.string().optional() }),
]);

export type Message = z.infer<typeof messageSchema>;
export type RequestOrReply = Extract<Message, { type: 'asked' | 'answered' }>;

/**
 * Parses a message; undefined if it is not one. Any client of the database can publish here, including another version
 * of this program.
 */
export function readMessage(text: string): Message | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
