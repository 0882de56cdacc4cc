import { Temporal } from 'temporal-polyfill';
import { dayMs, hourMs, minuteMs, secondMs } from '../time/durations.ts';
import type { Lang } from './languages.ts';

/** Formats of numbers, times and durations for one language and time zone. Instants are epoch ms UTC. */
export type Format = {
  /** The IANA time zone of the times. */
  timeZone: string;
  /** Its offset at an instant: "UTC+1", "UTC+5:30", "UTC". */
  utcOffset(at: number): string;
  /** An integer or decimal number with grouped thousands. */
  number(value: number): string;
  /**
   * A ratio 0..1 as percent with one decimal and without the sign, "97.4"; a dash when there is no value. What is not all
   * is never called all: 0.9996 is "99.96", and what two decimals would round up is "< 100".
   */
  percent1(rate: number | null): string;
  /** HH:MM on the 24-hour clock. */
  time(at: number): string;
  /** HH:MM:SS on the 24-hour clock. */
  timeSeconds(at: number): string;
  /** Day, month and year. */
  date(at: number): string;
  /** Day and month, short: "15 Nov", 11월 15일. */
  monthDay(at: number): string;
  /** Date and HH:MM. */
  dateTime(at: number): string;
  /** HH:MM within the day of `now`, else with day and month: since when something lasts. */
  since(at: number, now: number): string;
  /** ISO 8601 in UTC, for machines: the `datetime` of a time element. */
  iso(at: number): string;
  /** Age of an instant in its largest unit: "4 s ago". Less than a second, or the future, is "now". */
  ago(elapsedMs: number): string;
  /** A duration in its two largest units, "2 h 5 min"; below a minute "1.2 s", below a second "340 ms". */
  duration(ms: number): string;
  /** A size in decimal units with three significant digits: "1.24 MB". */
  bytes(sizeBytes: number): string;
};

const noValue = '–';

/** Short words; the runtime's own formats are longer ("4 sec. ago") or differ between releases. */
const words = {
  en: {
    locale: 'en-GB',
    gap: ' ',
    now: 'now',
    ago: (span: string) => `${span} ago`,
    units: ['d', 'h', 'min', 's', 'ms'],
  },
  ko: {
    locale: 'ko-KR',
    gap: '',
    now: '방금',
    ago: (span: string) => `${span} 전`,
    units: ['일', '시간', '분', '초', 'ms'],
  },
  zh: {
    locale: 'zh-CN',
    gap: '',
    now: '刚刚',
    ago: (span: string) => `${span}前`,
    units: ['天', '小时', '分钟', '秒', 'ms'],
  },
  ja: {
    locale: 'ja-JP',
    gap: '',
    now: 'たった今',
    ago: (span: string) => `${span}前`,
    units: ['日', '時間', '分', '秒', 'ms'],
  },
} as const;

const unitsMs = [dayMs, hourMs, minuteMs, secondMs] as const;

/** Creates the formats of one language and time zone: expensive to create (Intl), cheap to use, so keep one per language. */
export function createFormat(options: { lang: Lang; timeZone: string }): Format {
  const { locale, gap, units, now, ago } = words[options.lang];
  const clock = { timeZone: options.timeZone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit' } as const;
  const time = new Intl.DateTimeFormat(locale, clock);
  const timeSeconds = new Intl.DateTimeFormat(locale, { ...clock, second: '2-digit' });
  const date = new Intl.DateTimeFormat(locale, { timeZone: options.timeZone, dateStyle: 'medium' });
  const monthDay = new Intl.DateTimeFormat(locale, {
    timeZone: options.timeZone,
    day: 'numeric',
    month: 'short',
  });
  const offset = new Intl.DateTimeFormat('en', { timeZone: options.timeZone, timeZoneName: 'shortOffset' });
  const number = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const percent2 = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const figures = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  const span = (value: string, unit: number) => `${value}${units[unit] === 'ms' ? ' ' : gap}${units[unit]}`;

  function agoText(elapsedMs: number): string {
    const unit = unitsMs.findIndex((unitMs) => elapsedMs >= unitMs);
    return unit < 0 ? now : ago(span(number.format(Math.floor(elapsedMs / unitsMs[unit]!)), unit));
  }

  function duration(ms: number): string {
    if (ms < secondMs - 0.5) return span(number.format(Math.round(ms)), 4);
    if (ms < minuteMs - 50) return span(figures.format(Math.round(ms / 100) / 10), 3);
    const rounded = ms < hourMs ? Math.round(ms / secondMs) * secondMs : Math.round(ms / minuteMs) * minuteMs;
    const first = unitsMs.findIndex((unitMs) => rounded >= unitMs);
    const whole = Math.floor(rounded / unitsMs[first]!);
    const rest = Math.floor((rounded % unitsMs[first]!) / unitsMs[first + 1]!);
    return [span(number.format(whole), first), ...(rest > 0 ? [span(String(rest), first + 1)] : [])].join(
      ' ',
    );
  }

  return {
    timeZone: options.timeZone,
    utcOffset: (at) => {
      const name = offset.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
      return name.replace('GMT', 'UTC').replace(/\+0$/, '');
    },
    number: number.format,
    percent1: (rate) => (rate === null ? noValue : percentText(rate, percent, percent2)),
    time: time.format,
    timeSeconds: timeSeconds.format,
    date: date.format,
    monthDay: monthDay.format,
    dateTime: (at) => `${date.format(at)} ${time.format(at)}`,
    since: (at, now) =>
      date.format(at) === date.format(now) ? time.format(at) : `${monthDay.format(at)} ${time.format(at)}`,
    iso: (at) => Temporal.Instant.fromEpochMilliseconds(at).toString(),
    ago: agoText,
    duration,
    bytes: (sizeBytes) => formatBytes(sizeBytes, figures),
  };
}

function percentText(rate: number, one: Intl.NumberFormat, two: Intl.NumberFormat): string {
  const isAlmostAll = rate < 1 && rate > 0.5;
  if (isAlmostAll && one.format(rate * 100) === one.format(100))
    return two.format(rate * 100) === two.format(100) ? '< 100' : two.format(rate * 100);
  return one.format(rate * 100);
}

function formatBytes(sizeBytes: number, figures: Intl.NumberFormat): string {
  const names = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = sizeBytes;
  let unit = 0;
  while (value >= 999.5 && unit < names.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${figures.format(value)} ${names[unit]}`;
}
