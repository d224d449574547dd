// Who reads: a signed token with an expiry, as a header or, for `EventSource`, which
// can send no header, as a cookie.
import { parseCookie, stringifySetCookie } from 'cookie';
import { jwtVerify } from 'jose';

/** With the prefix, browsers take it from this very host alone, over TLS alone. */
const COOKIE = '__Host-session';

/**
 * @typedef {object} Reader
 * @property {string} subject
 * @property {number} expiresAt - milliseconds since 1970.
 * @property {boolean} canPublish
 */

/** @type {Reader} */
const ANYBODY = {
  subject: 'anybody',
  expiresAt: Number.POSITIVE_INFINITY,
  canPublish: false,
};

/**
 * @param {{ AUTH: string, AUTH_SECRET?: string }} config
 * @returns {(headers: import('node:http').IncomingHttpHeaders) => Promise<{ reader: Reader, token: string } | undefined>}
 * nothing for who has no good token.
 */
export function createTokenReader({ AUTH, AUTH_SECRET = '' }) {
  if (AUTH === 'none') return async () => ({ reader: ANYBODY, token: '' });
  const key = new TextEncoder().encode(AUTH_SECRET);
  const options = {
    algorithms: ['HS256'],
    requiredClaims: ['sub', 'exp'],
  };
  return async ({ authorization, cookie }) => {
    const token =
      findBearer(authorization) ?? parseCookie(cookie ?? '')[COOKIE];
    if (token === undefined) return undefined;
    try {
      const { payload } = await jwtVerify(token, key, options);
      const reader = {
        subject: String(payload.sub),
        expiresAt: Number(payload.exp) * 1000,
        canPublish: payload['publish'] === true,
      };
      return { reader, token };
    } catch {
      return undefined;
    }
  };
}

/** @returns the header that makes a browser send the token by itself. */
export function writeCookie(token, expiresAt) {
  return stringifySetCookie({
    name: COOKIE,
    value: token,
    path: '/',
    secure: true,
    httpOnly: true,
    sameSite: 'lax',
    expires: new Date(expiresAt),
  });
}

function findBearer(header = '') {
  return /^Bearer (\S+)$/i.exec(header)?.[1];
}
