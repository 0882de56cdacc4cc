import { createRequire } from 'node:module';
import { pino } from 'pino';

export type Log = pino.Logger;

const loadPretty = createRequire(import.meta.url);

type LineSink = { write(line: string): unknown };

/**
 * Characters that move a cursor, ring a bell, start a line or change the text direction. Names come from disks that other
 * programs write to, so these characters are always escaped.
 */
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * The process's log: one JSON object a line on standard output, or readable lines when `pretty` (a terminal).
 * Control and direction characters in any message, field or stack are written as `\uXXXX`.
 */
export function createLog(options: { level: string; pretty: boolean; destination?: LineSink }): Log {
  // Synchronous, because lines waiting for a thread would be lost at the end of the process.
  const sink = options.destination ?? pino.destination({ dest: 1, sync: true });
  const write = options.pretty ? prettyWriter(sink) : jsonWriter(sink);
  return pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
}

/** The escape is JSON's own, so a reader of the line gets the original name back. */
function jsonWriter(sink: LineSink): (line: string) => void {
  return (line) => {
    sink.write(`${escapeUnsafe(line.trimEnd())}\n`);
  };
}

function prettyWriter(sink: LineSink): (line: string) => void {
  // Its thirty modules are loaded for a terminal only: threads and services write JSON, and each would load them at its start.
  const { isColorSupported, prettyFactory } = loadPretty('pino-pretty') as typeof import('pino-pretty');
  const prettify = prettyFactory({ colorize: isColorSupported, translateTime: 'SYS:HH:MM:ss.l' });
  return (line) => {
    const text = prettify(escapeDeep(JSON.parse(line)));
    if (text !== undefined) sink.write(text);
  };
}

function escapeDeep(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return key === 'stack' ? escapeStack(value) : escapeUnsafe(value);
  if (Array.isArray(value)) return value.map((item) => escapeDeep(item));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([name, item]) => [escapeUnsafe(name), escapeDeep(item, name)]);
  return Object.fromEntries(entries);
}

/** A stack keeps its own line breaks; one inside an error's message could forge a line. */
function escapeStack(stack: string): string {
  return stack
    .split(/\n(?= {4}at |caused by: )/)
    .map(escapeUnsafe)
    .join('\n');
}

function escapeUnsafe(text: string): string {
  return text.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
