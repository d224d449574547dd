import type { ServerResponse } from 'node:http';
import { isEventStream } from '../protocol/content-type.ts';
import { type Face, holderOf } from './keys.ts';

/** Whether a response was begun as an event stream. */
export function isOpenStream(face: Face): boolean {
  const holder = holderOf(face);
  if (!holder.headersSent || holder.destroyed || holder.writableEnded) {
    return false;
  }
  return isEventStream(sentHeader(holder, 'content-type'));
}

/** Whether what is written to the response itself is encoded bytes. */
export function isEncoded(face: Face): boolean {
  const encoding = sentHeader(holderOf(face), 'content-encoding');
  return encoding !== undefined && !/^identity$/i.test(encoding.trim());
}

/** A header as it was sent: those of `writeHead` alone Node does not keep. */
function sentHeader(holder: Face, name: string): string | undefined {
  if ('sentHeaders' in holder) {
    const found = Object.entries(holder.sentHeaders ?? {}).find(
      ([key]) => key.toLowerCase() === name,
    );
    return found?.[1] === undefined ? undefined : String(found[1]);
  }
  const { _header: head } = holder as ServerResponse & { _header?: unknown };
  if (typeof head !== 'string') return undefined;
  return new RegExp(`^${name}:[ \\t]*([^\\r\\n]*)`, 'im').exec(head)?.[1];
}
