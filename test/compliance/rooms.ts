// Of programs/, each file is a room. How a process ends has rooms of its own.

/** What is said over HTTP/1.1. */
export const HTTP1_ROOMS: readonly string[] = [
  'head',
  'body',
  'streams',
  'requests',
  'endings',
  'slow-readers',
  'methods',
  'middleware',
  'listeners',
];

/** What is said over HTTP/2. */
export const HTTP2_ROOMS: readonly string[] = [
  'http2-heads',
  'http2-bodies',
  'http2-responses',
  'http2-streams',
  'http2-endings',
  'http2-sessions',
  'http2-pipes',
  'http2-files',
  'http2-looks',
];
