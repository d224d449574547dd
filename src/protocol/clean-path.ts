/** Segments of a path kept as they are; the rest becomes `*`. */
const MAX_SEGMENTS = 8;
/** Paths of words alone, which most routes are: nothing in them is somebody's. */
const WORDS = /^(?:\/[a-z_.-]{0,19}){1,8}$/i;
/** All digits, or so many in a row that they are somebody's. */
const NUMBER = /^\d+$|\d{6}/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const HEX = /^(?=.*\d)[0-9a-f]{8,}$/i;

/**
 * A path as a route: without query, and with `:id` for each segment that looks
 * like a number, a UUID, a hexadecimal or a long token, or an address.
 */
export function cleanPath(url: string): string {
  const end = url.search(/[?#]/);
  const path = end === -1 ? url : url.slice(0, end);
  if (WORDS.test(path)) return path;
  const segments = pathOf(path).split('/');
  const kept = segments.slice(0, MAX_SEGMENTS + 1).map(cleanSegment);
  if (segments.length > kept.length) kept.push('*');
  return kept.join('/') || '/';
}

function cleanSegment(segment: string): string {
  const isToken = segment.length >= 20 && /\d/.test(segment);
  return NUMBER.test(segment) ||
    IPV4.test(segment) ||
    UUID.test(segment) ||
    HEX.test(segment) ||
    isToken ||
    segment.length > 40 ||
    /[@%:=;,]/.test(segment)
    ? ':id'
    : segment;
}

/** Without scheme and authority, which a request to a proxy has. */
function pathOf(path: string): string {
  if (path.startsWith('/')) return path;
  const pathname = URL.canParse(path) ? new URL(path).pathname : '/';
  // `example.org:443` is a URL too, of a scheme that has no slashes.
  return pathname.startsWith('/') ? pathname : '/';
}
