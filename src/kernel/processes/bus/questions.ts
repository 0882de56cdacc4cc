import { randomUUID } from 'node:crypto';
import { AppError } from '../../errors.ts';
import type { Bus } from './bus.ts';
import type { Message, Question } from './message.ts';

/** Questions under way at the same time. */
const maxOpen = 200;

type Waiting = { settle(payload: unknown): void; fail(error: Error): void };

/** Question and answer over the bus: every process hears a question, and whoever has the answer sends it back. */
export function createQuestions(
  instance: string,
  post: ((message: Message) => Promise<void>) | undefined,
): Pick<Bus, 'ask' | 'answer'> & { take(message: Question): void; stop(): void } {
  const open = new Map<string, Waiting>();
  const answerers = new Map<string, (payload: unknown) => Promise<unknown>>();

  async function reply(question: Extract<Question, { type: 'asked' }>): Promise<void> {
    const answerer = answerers.get(question.name);
    if (!answerer || !post) return;
    const answer = { type: 'answered' as const, from: instance, id: question.id };
    try {
      const payload = await answerer(question.payload);
      if (payload !== undefined) await post({ ...answer, payload });
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      await post({ ...answer, fault: fault.slice(0, 500) });
    }
  }

  return {
    ask: (name, payload, withinMs) => {
      if (!post) return Promise.reject(new AppError('unavailable', 'No other process can be asked.'));
      if (open.size >= maxOpen) return Promise.reject(new AppError('unavailable', 'Too much is asked now.'));
      const id = randomUUID();
      return new Promise<unknown>((resolve, reject) => {
        const timer = setTimeout(() => fail(silence(withinMs)), withinMs);
        const end = () => {
          clearTimeout(timer);
          open.delete(id);
        };
        const fail = (error: Error) => {
          end();
          reject(error);
        };
        const settle = (answer: unknown) => {
          end();
          resolve(answer);
        };
        open.set(id, { settle, fail });
        post({ type: 'asked', from: instance, id, name, payload }).catch((cause: unknown) =>
          fail(new AppError('unavailable', 'Other processes cannot be reached now.', { cause })),
        );
      });
    },
    answer: (name, answerer) => void answerers.set(name, answerer),
    take: (message) => {
      if (message.type === 'asked') {
        // Who asked hears nothing when the way back is closed, and gives up by itself.
        reply(message).catch(() => {});
        return;
      }
      const waiting = open.get(message.id);
      if (message.fault === undefined) waiting?.settle(message.payload);
      else waiting?.fail(new AppError('unavailable', message.fault));
    },
    stop: () => {
      for (const { fail } of open.values()) fail(new AppError('unavailable', 'This process ends.'));
    },
  };
}

function silence(ms: number): AppError {
  return new AppError('unavailable', `No other process answered within ${Math.round(ms / 1000)} s.`);
}
