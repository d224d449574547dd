import { Http2ServerResponse } from 'node:http2';
import { CLOSED, COUNTED_OUTSIDE } from './connection.ts';
import type { Handlers } from './handlers.ts';
import { namesEventStream } from './headers.ts';
import { CONNECTION, holderOf, type MeasuredResponse } from './keys.ts';
import { createPatches } from './patch.ts';

// The compatibility API's response, which stands before the stream: here a
// compressor is seen coming, and writes that never reach a closed stream.

const patches = createPatches<keyof typeof wrappers>(
  Http2ServerResponse.prototype,
);
const { originals, parent } = patches;

let handlers: Handlers | undefined;

/** @returns its undo. */
export function hookCompatible(own: Handlers): () => void {
  handlers = own;
  const unpatch = patches.put(wrappers);
  return () => {
    handlers = undefined;
    unpatch();
  };
}

// As in Node: methods of a class cannot be called by `new`, functions can.
const wrappers = {
  setHeader(this: MeasuredResponse, ...args: unknown[]): unknown {
    const result = (originals.setHeader ?? parent.setHeader).apply(this, args);
    if (namesEventStream(args[0], args[1])) handlers?.onCandidate(this);
    return result;
  },
  write(this: MeasuredResponse, ...args: unknown[]): unknown {
    const connection = this ? holderOf(this)[CONNECTION] : undefined;
    // Node does not hand it on; before, the stream's own `write` sees it.
    if (connection?.has(CLOSED) && !connection.has(COUNTED_OUTSIDE)) {
      handlers?.beforeWrite(connection, this, args[0]);
    }
    return (originals.write ?? parent.write).apply(this, args);
  },
  emit: function (this: MeasuredResponse, ...args: unknown[]): unknown {
    if (args[0] === 'pipe') handlers?.onPipe(this, args[1]);
    return (originals.emit ?? parent.emit).apply(this, args);
  },
};
