/**
 * Bytes as the body of an answer, without a copy. Only their type prevents it: it allows memory shared between threads,
 * which no buffer here is.
 */
export function bodyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
