import { randomUUID } from 'node:crypto';
import { AppError } from '../../errors.ts';
import type { Message, RequestOrReply } from './message.ts';

const maxPending = 200;

export type Requests = {
  /**
   * Sends a request to all other processes and resolves with the first reply.
   *
   * @throws AppError 'unavailable' when none replies in time, or there is no connection.
   */
  request(name: string, payload: unknown, timeoutMs: number): Promise<unknown>;
  /** Handles the requests of others under this name; a handler that returns undefined sends no reply. */
  onRequest(name: string, handler: (payload: unknown) => Promise<unknown>): void;
};

type Pending = { resolve(payload: unknown): void; reject(error: Error): void };

/** Request and reply over the bus: every process receives a request, and the one that can serve it replies. */
export function createRequests(
  instance: string,
  post: ((message: Message) => Promise<void>) | undefined,
): Requests & { receive(message: RequestOrReply): void; stop(): void } {
  const pending = new Map<string, Pending>();
  const handlers = new Map<string, (payload: unknown) => Promise<unknown>>();

  async function reply(request: Extract<RequestOrReply, { type: 'asked' }>): Promise<void> {
    const handler = handlers.get(request.name);
    if (!handler || !post) return;
    const answer = { type: 'answered' as const, from: instance, id: request.id };
    try {
      const payload = await handler(request.payload);
      if (payload !== undefined) await post({ ...answer, payload });
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      await post({ ...answer, fault: fault.slice(0, 500) });
    }
  }

  return {
    request: (name, payload, timeoutMs) => {
      if (!post) return Promise.reject(new AppError('unavailable', 'No other process can be asked.'));
      if (pending.size >= maxPending)
        return Promise.reject(new AppError('unavailable', 'Too much is asked now.'));
      const id = randomUUID();
      return new Promise<unknown>((resolve, reject) => {
        const timer = setTimeout(() => fail(timeoutError(timeoutMs)), timeoutMs);
        const end = () => {
          clearTimeout(timer);
          pending.delete(id);
        };
        const fail = (error: Error) => {
          end();
          reject(error);
        };
        const settle = (answer: unknown) => {
          end();
          resolve(answer);
        };
        pending.set(id, { resolve: settle, reject: fail });
        post({ type: 'asked', from: instance, id, name, payload }).catch((cause: unknown) =>
          fail(new AppError('unavailable', 'Other processes cannot be reached now.', { cause })),
        );
      });
    },
    onRequest: (name, handler) => void handlers.set(name, handler),
    receive: (message) => {
      if (message.type === 'asked') {
        // Without a connection the reply is lost, and the request times out on the other side.
        reply(message).catch(() => {});
        return;
      }
      const request = pending.get(message.id);
      if (message.fault === undefined) request?.resolve(message.payload);
      else request?.reject(new AppError('unavailable', message.fault));
    },
    stop: () => {
      for (const { reject } of pending.values()) reject(new AppError('unavailable', 'This process ends.'));
    },
  };
}

function timeoutError(ms: number): AppError {
  return new AppError('unavailable', `No other process answered within ${Math.round(ms / 1000)} s.`);
}
