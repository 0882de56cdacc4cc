import type { AppContext } from '../http/env.ts';
import { untrustedFileHeaders } from '../http/guards/security-headers.ts';

/** Characters per line of the picture; a Korean character counts twice. */
const lineWidthChars = 20;
const maxLines = 5;

/**
 * Sends a picture that states why the image cannot be shown, for an `img` element. It is not cached, so that the image
 * appears as soon as it can be read. Programs read the header `x-image-error`. The colours work on light and dark pages.
 */
export function sendPlaceholder(
  c: AppContext,
  options: { reason: string; text: string; width: number; height: number; status?: 200 | 503 },
): Response {
  const headers: Record<string, string> = {
    ...untrustedFileHeaders,
    'content-type': 'image/svg+xml',
    'cache-control': 'no-store',
    'x-image-error': options.reason,
  };
  if (options.status === 503) headers['retry-after'] = '2';
  return c.body(drawPlaceholder(options), options.status ?? 200, headers);
}

/** The SVG source: `text` centred on a plain area. */
export function drawPlaceholder(options: { text: string; width: number; height: number }): string {
  const { width, height } = options;
  const lines = wrapWords(options.text).slice(0, maxLines);
  const size = Math.round(width / 12);
  const top = height / 2 - ((lines.length - 1) * size * 1.3) / 2;
  const texts = lines.map(
    (line, index) =>
      `<text x="${width / 2}" y="${Math.round(top + index * size * 1.3)}">${escapeXml(line)}</text>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<rect width="${width}" height="${height}" fill="#3b4248"/>` +
    `<g fill="#e6eaed" font-family="system-ui, sans-serif" font-size="${size}" text-anchor="middle" dominant-baseline="central">` +
    `${texts.join('')}</g></svg>`
  );
}

function wrapWords(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== undefined && widthOf(`${line} ${word}`) <= lineWidthChars)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function widthOf(text: string): number {
  return [...text].reduce((width, character) => width + (character > '\u1100' ? 2 : 1), 0);
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
