/** A stable name of an error for clients. */
export type ErrorCode = keyof typeof statusOf;

const statusOf = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const;

/**
 * An expected error. `message` is shown to people, so it says what is wrong and how to fix it; `details` (field names,
 * limits) go to JSON clients as they are.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details;
  }

  /** The HTTP status of `code`. */
  get status(): (typeof statusOf)[ErrorCode] {
    return statusOf[this.code];
  }
}
