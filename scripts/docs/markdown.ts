/** A Markdown table. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * Replaces what stands between the marks of a rendered section.
 *
 * @param file - for the message. @throws Error when it lacks the marks.
 */
export function replaceSection(
  text: string,
  name: string,
  content: string,
  file = 'README.md',
): string {
  const start = `<!-- ${name}: rendered by npm run render -->`;
  const end = `<!-- /${name} -->`;
  return replaceBetween(text, [start, end], content, file);
}

/**
 * Replaces what stands between two marks of a page.
 *
 * @param file - for the message. @throws Error when it lacks the marks.
 */
export function replaceBetween(
  text: string,
  [start, end]: readonly [string, string],
  content: string,
  file: string,
): string {
  const [before, rest] = text.split(start);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`${file} lacks ${start} … ${end}`);
  return `${before}${start}\n\n${content}\n\n${end}${after}`;
}
