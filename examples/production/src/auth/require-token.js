import { createTokenReader } from './token.js';

/**
 * Lets through who has a good token, and puts them into `response.locals`.
 *
 * An `EventSource` that is answered 401 gives up for good. So it must: the page gets a
 * new cookie first and makes a new one.
 *
 * @param {Parameters<typeof createTokenReader>[0]} config
 * @returns {import('express').RequestHandler}
 */
export function requireToken(config) {
  const readToken = createTokenReader(config);
  return async (request, response, next) => {
    const found = await readToken(request.headers);
    if (found === undefined) {
      response.set('WWW-Authenticate', 'Bearer');
      response
        .status(401)
        .json({ error: 'a token is missing, or is not good' });
      return;
    }
    response.locals['reader'] = found.reader;
    response.locals['token'] = found.token;
    next();
  };
}
