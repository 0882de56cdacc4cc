import { hostname } from 'node:os';

/** This process, as other processes and their pages name it. */
export const processName = `${hostname()} (${process.pid})`;
