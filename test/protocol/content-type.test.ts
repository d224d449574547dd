import { MIMEType } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  acceptsEventStream,
  isEventStream,
} from '../../src/protocol/content-type.ts';

const blank = fc.constantFrom('', '', ' ', '\t', '  ');

/** The name in any mixture of capitals. */
const anyCase = fc
  .infiniteStream(fc.boolean())
  .map((upper) =>
    Array.from('text/event-stream', (char) =>
      upper.next().value ? char.toUpperCase() : char,
    ).join(''),
  );

const parameters = fc
  .array(
    fc.constantFrom('charset=utf-8', 'charset="UTF-8"', 'a=b', 'q="x;y"', ''),
    { maxLength: 3 },
  )
  .map((list) => list.map((parameter) => `; ${parameter}`).join(''));

const otherType = fc.oneof(
  fc.constantFrom(
    ...['text/html', 'text/event-streams', 'text/event', 'xtext/event-stream'],
    ...['application/json', 'text/event_stream', 'application/event-stream'],
  ),
  fc
    .tuple(
      fc.stringMatching(/^[a-z]{1,9}$/),
      fc.stringMatching(/^[a-z-]{1,13}$/),
    )
    .map((parts) => parts.join('/')),
);

test('knows an event stream in any case, with any blanks and parameters', () => {
  fc.assert(
    fc.property(blank, anyCase, blank, parameters, (...parts) => {
      expect(isEventStream(parts.join(''))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('agrees with the MIME type parser of Node', () => {
  const type = fc.oneof(anyCase, otherType);
  fc.assert(
    fc.property(blank, type, blank, parameters, (...parts) => {
      const value = parts.join('');
      const { essence } = new MIMEType(value);
      expect(isEventStream(value)).toBe(essence === 'text/event-stream');
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['text/html; a=text/event-stream'],
  ['text/html;text/event-stream'],
  ['text /event-stream'],
  ['text/event-stream x'],
  ['text/event-strea'],
  [''],
  [';'],
  [undefined],
  [null],
  [200],
  [{}],
  [[]],
  [[undefined]],
  [['text/html', 'text/event-stream']],
])('takes %j for no event stream', (value) => {
  expect(isEventStream(value)).toBe(false);
});

test('looks at the first of a list of values', () => {
  expect(isEventStream(['text/event-stream'])).toBe(true);
  expect(isEventStream(['Text/Event-Stream; charset=utf-8', 'a/b'])).toBe(true);
});

test('knows a request that asks for an event stream among other types', () => {
  const item = fc
    .tuple(otherType, fc.constantFrom('', ';q=0.5'))
    .map((parts) => parts.join(''));
  const list = fc.array(
    item.filter((text) => !text.includes('text/event-stream')),
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(
      list,
      anyCase,
      list,
      parameters,
      (before, name, after, more) => {
        const accept = [...before, name + more, ...after].join(', ');
        expect(acceptsEventStream(accept)).toBe(true);
        expect(acceptsEventStream([...before, ...after].join(','))).toBe(false);
      },
    ),
    { numRuns: 1_000 },
  );
});

test.each([['*/*'], ['text/*'], [''], [undefined], [['text/event-stream']]])(
  'does not take the Accept value %j for a wish for events',
  (value) => {
    expect(acceptsEventStream(value)).toBe(false);
  },
);

test('only an Accept that names the type asks for an event stream', () => {
  for (const value of [
    'text/event-stream',
    'application/json, text/event-stream',
    'TEXT/Event-Stream;q=0.9, */*',
  ]) {
    expect(acceptsEventStream(value), value).toBe(true);
  }
  for (const value of [
    undefined,
    '*/*',
    'text/*',
    'text/event-streams',
    'x-text/event-stream',
  ]) {
    expect(acceptsEventStream(value), value).toBe(false);
  }
});
