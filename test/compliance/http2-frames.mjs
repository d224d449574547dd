const DATA = 0;
/** By their numbers, RFC 9113 section 6. Others are the session's own affair. */
const TYPES = {
  0: 'DATA',
  1: 'HEADERS',
  3: 'RST_STREAM',
  5: 'PUSH_PROMISE',
  7: 'GOAWAY',
  9: 'CONTINUATION',
};
const HEAD_BYTES = 9;
/** Beyond it the client's window, and so the network, says how data is cut. */
const MOST_UNCUT = 8192;

/** Reads what a server sends, and lists its frames. */
export function createFrameLog() {
  let pending = Buffer.alloc(0);
  const frames = [];

  const take = ([type, flags, stream], content) => {
    if (TYPES[type] === undefined) return;
    const code = type === 3 ? content.readUInt32BE(0) : undefined;
    frames.push({ type, flags, stream, code, bytes: content.length });
  };

  return {
    read(chunk) {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= HEAD_BYTES) {
        const end = HEAD_BYTES + pending.readUIntBE(0, 3);
        if (pending.length < end) return;
        const head = [pending[3], pending[4], pending.readUInt32BE(5)];
        take(head, pending.subarray(HEAD_BYTES, end));
        pending = pending.subarray(end);
      }
    },
    list() {
      const total = sum(frames);
      const shown = total > MOST_UNCUT ? mergeData(frames) : frames;
      return shown.map(describe);
    },
  };
}

function sum(frames) {
  const data = frames.filter(({ type }) => type === DATA);
  return data.reduce((total, { bytes }) => total + bytes, 0);
}

/** One frame for all that a stream sent before anything else came. */
function mergeData(frames) {
  const merged = [];
  for (const frame of frames) {
    const last = merged.at(-1);
    const isMore =
      last?.type === DATA &&
      frame.type === DATA &&
      last.stream === frame.stream;
    if (!isMore) merged.push({ ...frame });
    else {
      last.bytes += frame.bytes;
      last.flags |= frame.flags;
    }
  }
  return merged;
}

/** Not the size of headers: the date's depends on the time. */
function describe({ type, flags, stream, code, bytes }) {
  const size = type === DATA ? ` of ${bytes}` : '';
  const reason = code === undefined ? '' : ` code ${code}`;
  return `${TYPES[type]}${size}${reason} flags ${flags} stream ${stream}`;
}
