/** Segments of a path kept as they are; the rest becomes `*`. */
const MAX_SEGMENTS = 8;
/** Paths of words alone, which most routes are: nothing in them is somebody's. */
const WORDS = /^(?:\/[a-z_.-]{0,19}){1,8}$/i;
/**
 * All digits, or so many in a row that they are somebody's; an IPv4 address, a
 * UUID, a hexadecimal or a long token; what is too long, or no word.
 */
const ID =
  /^\d+$|\d{6}|^\d{1,3}(\.\d{1,3}){3}$|^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$|^(?=.*\d)([\da-f]{8,}$|.{20})|.{41}|[@%:=;,]/i;

/**
 * A path as a route: without query, and with `:id` for each segment that looks
 * like a number, a UUID, a hexadecimal or a long token, or an address.
 */
export function cleanPath(url: string): string {
  const end = url.search(/[?#]/);
  const path = end === -1 ? url : url.slice(0, end);
  return WORDS.test(path) ? path : cleanPathname(pathOf(path));
}

/** As {@link cleanPath}, of the pathname of a URL. */
export function cleanPathname(path: string): string {
  const segments = path.split('/');
  const kept = segments
    .slice(0, MAX_SEGMENTS + 1)
    .map((segment) => (ID.test(segment) ? ':id' : segment));
  if (segments.length > kept.length) kept.push('*');
  return kept.join('/') || '/';
}

/** Without scheme and authority, which a request to a proxy has. */
function pathOf(path: string): string {
  if (path.startsWith('/')) return path;
  const pathname = URL.canParse(path) ? new URL(path).pathname : '/';
  // `example.org:443` is a URL too, of a scheme that has no slashes.
  return pathname.startsWith('/') ? pathname : '/';
}
