import { findMisspelt } from './misspelt-settings.ts';
import { settings } from './settings.ts';

/** The content of a settings file; values are texts as in the environment. */
type SettingsFile = { values: Map<string, string>; faults: string[]; warnings: string[] };

const names = new Set<string>(settings.map((setting) => setting.env));

/**
 * Reads the JSON file at `path`: one object with setting names as in the environment; values are texts, numbers, booleans
 * or lists of texts. An empty path is an empty file. Faults prevent the start; unknown names are warnings.
 */
export function parseSettingsFile(path: string, readFile: (path: string) => string): SettingsFile {
  const result: SettingsFile = { values: new Map(), faults: [], warnings: [] };
  if (path.trim() === '') return result;
  const subject = `The file of CONFIG_FILE, ${JSON.stringify(path)},`;
  let content: unknown;
  try {
    content = JSON.parse(readFile(path.trim()).replace(/^\ufeff/, ''));
  } catch (error) {
    result.faults.push(`${subject} cannot be read: ${(error as Error).message}.`);
    return result;
  }
  if (content === null || typeof content !== 'object' || Array.isArray(content)) {
    result.faults.push(`${subject} must hold one JSON object, such as {"PORT": 8080}.`);
    return result;
  }
  for (const [name, value] of Object.entries(content)) readEntry(name, value, subject, result);
  return result;
}

function readEntry(name: string, value: unknown, subject: string, result: SettingsFile): void {
  if (!names.has(name)) {
    const [misspelt] = findMisspelt([name], 'the file of CONFIG_FILE');
    result.warnings.push(
      misspelt ?? `${subject} has the unknown setting ${JSON.stringify(name)}; it is not used.`,
    );
    return;
  }
  if (name === 'CONFIG_FILE') {
    result.faults.push(`${subject} names another CONFIG_FILE; only the environment may.`);
    return;
  }
  const text = textOf(value);
  if (text === undefined) {
    result.faults.push(
      `${subject} has ${JSON.stringify(value)} as ${name}; it must be a text, a number, true or false, or a list of texts.`,
    );
  } else result.values.set(name, text);
}

function textOf(value: unknown): string | undefined {
  if (value === null) return '';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',');
  return undefined;
}
