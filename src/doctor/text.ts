/** What a server sends may hold anything; nothing of it may drive a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]+/gu;

/**
 * Text of a stranger as one printable line: control characters, marks that turn
 * the direction of writing and line ends are replaced, and what is longer is cut.
 */
export function cleanText(text: string, limit = 120): string {
  // Bounded before it is searched: a header may have 16 KB.
  const clean = text.slice(0, limit * 4).replaceAll(UNPRINTABLE, '�');
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}

/** A time for people: `12 ms`, `1.2 s`, `3 min`. */
export function formatMs(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.round(seconds / 60)} min`;
}

const KIB = 1024;

/** A size for people: `512 B`, `60 KB`, `1.5 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  if (bytes < KIB * KIB) return `${Math.round(bytes / KIB)} KB`;
  return `${Number((bytes / KIB / KIB).toFixed(1))} MB`;
}

/** A number with its noun: `1 event`, `2 events`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A share of 1 for people: `40 %`. */
export function formatShare(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Breaks a text into lines; a longer word has a line of its own. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
