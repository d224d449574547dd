import type { IncomingMessage } from 'node:http';

/** Finds the template that a path is of. */
export type MatchPath = (path: string) => string | undefined;

/**
 * @param templates - such as `/rooms/:room/events`, where `:room` is any one
 * segment, or `/events/*`, where `*` is any rest. The first that fits counts.
 */
export function createMatchPath(templates: readonly string[]): MatchPath {
  const known = templates.map((template) => ({
    template,
    segments: segmentsOf(template),
  }));
  return (path) => {
    const segments = segmentsOf(path);
    return known.find((one) => fits(one.segments, segments))?.template;
  };
}

function fits(
  template: readonly string[],
  segments: readonly string[],
): boolean {
  const isOpen = template.at(-1) === '*';
  const fixed = isOpen ? template.slice(0, -1) : template;
  if (
    isOpen ? segments.length < fixed.length : segments.length !== fixed.length
  )
    return false;
  return fixed.every(
    (part, i) => part === segments[i] || (part.startsWith(':') && segments[i]),
  );
}

/** Without query and without slashes at the end. */
function segmentsOf(path: string): string[] {
  const end = path.search(/[?#]/);
  return (end === -1 ? path : path.slice(0, end)).split('/').filter(Boolean);
}

/** The path as the client sent it: a mounted router cuts `url`. */
export function urlOf(request: IncomingMessage): string {
  const { originalUrl } = request as { originalUrl?: unknown };
  return typeof originalUrl === 'string' ? originalUrl : (request.url ?? '/');
}
