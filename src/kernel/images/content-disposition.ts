/** Path separators, control characters, and direction marks that can disguise a name's ending. */
const unsafeInNames = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff/\\]/g;

/**
 * A Content-Disposition header for a file of any name (RFC 6266): an ASCII name as fallback, and the real name, encoded
 * (RFC 8187), for current browsers.
 */
export function contentDisposition(kind: 'inline' | 'attachment', name: string): string {
  const safe = name.toWellFormed().replace(unsafeInNames, '_');
  const plain = safe.replace(/[^A-Za-z0-9._ -]/g, '_');
  if (plain === safe) return `${kind}; filename="${plain}"`;
  const encoded = encodeURIComponent(safe).replace(/[!'()*]/g, (character) => `%${hexOf(character)}`);
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase();
}
