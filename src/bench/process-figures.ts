import { readFileSync } from 'node:fs';

/** Ticks a second of the times in /proc, the same on every Linux there is. */
const ticksPerSec = 100;

/** Resident memory of a process, now and at its highest, in MB (10⁶ bytes). */
export function readMemory(pid: number): { nowMb: number; peakMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (field: string) =>
    (Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { nowMb: read('VmRSS'), peakMb: read('VmHWM') };
}

/** Processor time a process has used since its start, all threads together, in ms. */
export function readCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold spaces; user and system time are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSec;
}
