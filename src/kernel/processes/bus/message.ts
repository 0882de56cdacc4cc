import { z } from 'zod';

const id = z.string().max(100);
const name = z.string().max(200);
const payload = z.unknown().optional();

/** What processes send each other. `from` is the sender; an answer goes to the one whose question had this id. */
const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('told'), from: id, name, payload }),
  z.object({ type: z.literal('lost'), from: id }),
  z.object({ type: z.literal('asked'), from: id, id, name, payload }),
  z.object({ type: z.literal('answered'), from: id, id, payload, fault: z.string().optional() }),
]);

export type Message = z.infer<typeof messageSchema>;
export type Question = Extract<Message, { type: 'asked' | 'answered' }>;

/** A message from its text; undefined for anything that is none: the channel is open to whoever has the database. */
export function readMessage(text: string): Message | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
