import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import express5 from 'express';

/** A response of Express, as far as tests of both versions go. */
export interface ExpressResponse extends ServerResponse {
  /** Put there by `compression()`. */
  flush(): void;
}

/** A middleware that both versions accept. */
export type Middleware = (
  request: IncomingMessage,
  response: ExpressResponse,
  next: () => void,
) => void;

/** An application of Express 4 or 5. */
export interface ExpressApp {
  (request: IncomingMessage, response: ServerResponse): void;
  use(middleware: Middleware): void;
  get(path: string, ...middlewares: Middleware[]): void;
}

const require = createRequire(import.meta.url);

/** Both versions of Express: 4 has no types of its own. */
export const EXPRESSES: ReadonlyMap<string, () => ExpressApp> = new Map([
  ['Express 4', require('express4') as () => ExpressApp],
  ['Express 5', express5 as unknown as () => ExpressApp],
]);
