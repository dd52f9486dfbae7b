/** The page as the server made it: its parts, what it was told, and its words in one language. */

import type { JoinAnswer } from '../contract/types';

/** What the server tells the page. Addresses are relative to it. */
export interface Told {
  code: string;
  running: boolean;
  policy: JoinAnswer['policy'];
  knownAs: string | null;
  noticeVersion: string;
  api: string;
  detector: string;
  mesh: string;
  expression: string;
  model: { id: string; precision: string };
  words: Record<string, string>;
}

export const told: Told = JSON.parse(part('told').textContent ?? '{}');

/** The element of that id. */
export function part<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found as T;
}

/** A sentence of the page, its `{fields}` filled. */
export function say(key: string, values: Record<string, string | number> = {}): string {
  const sentence = told.words[key];
  if (sentence === undefined) throw new Error(`the page has no words for ${key}`);
  return sentence.replace(/\{(\w+)\}/g, (_, field: string) => String(values[field] ?? ''));
}

/** Say it there, if it is not what is said already: a screen reader repeats each change. */
export function write(id: string, sentence: string): void {
  const place = part(id);
  if (place.textContent !== sentence) place.textContent = sentence;
}

/** Show those parts and hide the others of the page. */
export function showOnly(...ids: string[]): void {
  for (const section of document.querySelectorAll<HTMLElement>('[data-part]')) {
    section.hidden = !ids.includes(section.id);
  }
}

/** The whole address of a relative one. */
export function whole(relative: string): string {
  return new URL(relative, document.baseURI).href;
}

export function percent(share: number): string {
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'percent' }).format(share);
}

/** The time of day here, as on every page of ours; with seconds where they tell two apart. */
export function clock(moment: string, seconds = false): string {
  const asked = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const format = new Intl.DateTimeFormat(
    document.documentElement.lang, seconds ? { ...asked, second: '2-digit' } : asked,
  );
  return format.format(new Date(moment));
}
