import {
  type OutgoingHttpHeader,
  OutgoingMessage,
  type ServerResponse,
} from 'node:http';
import { Http2ServerResponse } from 'node:http2';
import { isEventStream } from '../protocol/content-type.ts';

/**
 * A header of a response right after `writeHead`: from the arguments, which Node
 * sends without keeping them, else from what was set before.
 *
 * @param name - in lower case.
 * @param headers - the last argument of `writeHead`: an object, a flat list of
 * names and values, or a list of pairs.
 */
export function headerOf(
  response: ServerResponse,
  headers: unknown,
  name: string,
): OutgoingHttpHeader | undefined {
  return headerIn(headers, name) ?? getHeader(response, name);
}

/** A header set before; a `getHeader` of the application's is not called. */
export function getHeader(
  response: ServerResponse,
  name: string,
): OutgoingHttpHeader | undefined {
  const { getHeader: read } =
    response instanceof OutgoingMessage
      ? OutgoingMessage.prototype
      : Http2ServerResponse.prototype;
  return (read as typeof response.getHeader).call(response, name);
}

function headerIn(
  headers: unknown,
  name: string,
): OutgoingHttpHeader | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if (Array.isArray(headers)) return headerInList(headers, name);
  for (const key in headers) {
    if (isSameName(key, name) && Object.hasOwn(headers, key)) {
      return (headers as Record<string, OutgoingHttpHeader>)[key];
    }
  }
  return undefined;
}

function headerInList(
  list: readonly unknown[],
  name: string,
): OutgoingHttpHeader | undefined {
  const isPairs = Array.isArray(list[0]);
  for (let i = 0; i < list.length; i += isPairs ? 1 : 2) {
    const [key, value] = isPairs
      ? (list[i] as unknown[])
      : [list[i], list[i + 1]];
    if (isSameName(key, name)) return value as OutgoingHttpHeader;
  }
  return undefined;
}

/** Whether a header makes a response an event stream. */
export function namesEventStream(name: unknown, value: unknown): boolean {
  return isSameName(name, 'content-type') && isEventStream(value);
}

/** Compares lengths first: most headers are another one. */
export function isSameName(key: unknown, name: string): boolean {
  return (
    typeof key === 'string' &&
    key.length === name.length &&
    key.toLowerCase() === name
  );
}
