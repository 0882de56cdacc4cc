import { hostname } from 'node:os';

/** The name of this process for other processes and on pages. */
export const processName = `${hostname()} (${process.pid})`;
