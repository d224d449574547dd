import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { MODULE_FIELDS } from '../../src/doctor/probe/module-fields.ts';
import { parseConfig } from '../../src/doctor/probe/modules.ts';
import { createSchema } from '../../src/doctor/probe/schema.ts';
import { pathOf } from '../stack/support/files.ts';

const isValid = new Ajv2020().compile(createSchema());

/** The error of a configuration, or nothing. */
function complain(config: unknown): string | undefined {
  try {
    parseConfig(JSON.stringify(config));
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** A configuration whose only module has such fields. */
function withModule(fields: unknown): unknown {
  return { modules: { one: fields } };
}

test.each([
  {},
  { targets: ['https://a/b', 'https://a/c/*'] },
  withModule({}),
  withModule({ seconds: 0.1, events: 1000, min_events: 0, fail_on: 'warning' }),
  withModule({ headers: { Authorization: 'Bearer t' }, resume: true }),
  withModule({ method: 'POST', body: '{}', origin: 'https://a' }),
])('%j is taken by the schema and by the probe', (config) => {
  expect(isValid(config)).toBe(true);
  expect(complain(config)).toBeUndefined();
});

test.each([
  [[], 'the file must be an object'],
  [{ target: [] }, 'has "target", which is unknown. Known: targets, modules'],
  [{ targets: 'https://a' }, 'targets must be a list'],
  [{ targets: [1] }, 'targets must be a list'],
  [{ modules: [] }, 'modules must be an object'],
  [{ modules: { 'a b': {} } }, 'module "a b": write a name of letters'],
  [withModule({ second: 1 }), 'module "one" has "second", which is unknown'],
  [withModule({ seconds: 0 }), 'seconds 0 is wrong. Write a number from 0.1'],
  [withModule({ seconds: '5' }), 'seconds "5" is wrong'],
  [withModule({ events: 1.5 }), 'events 1.5 is wrong. Write a whole number'],
  [withModule({ fail_on: 'note' }), 'Write "error" or "warning"'],
  [withModule({ resume: 1 }), 'resume 1 is wrong. Write true or false'],
  [withModule({ headers: { a: 1 } }), 'headers is wrong. Write { "Name"'],
])('%j is refused by the schema and by the probe', (config, message) => {
  expect(isValid(config)).toBe(false);
  expect(complain(config)).toContain(message);
});

test('a file that is no JSON is said to be none', () => {
  expect(() => parseConfig('{')).toThrow('The file is not JSON');
});

test('every default is what a module has that says nothing', () => {
  const module = parseConfig('{}').modules.get('default');
  expect(module).toMatchObject({
    minEvents: MODULE_FIELDS.min_events.default,
    failOn: MODULE_FIELDS.fail_on.default,
    settings: {
      seconds: MODULE_FIELDS.seconds.default,
      events: MODULE_FIELDS.events.default,
      isResuming: MODULE_FIELDS.resume.default,
      method: 'GET',
    },
  });
});

test('the example of docs/doctor.md is taken', () => {
  const page = readFileSync(pathOf('docs/doctor.md'), 'utf8');
  const [, example = ''] = /```json\n(.+?)```/s.exec(page) ?? [];
  expect(isValid(JSON.parse(example))).toBe(true);
  expect([...parseConfig(example).modules.keys()]).toEqual([
    'default',
    'feed',
    'rooms',
  ]);
});

test('every finding has one anchor in docs/doctor.md, and only its own', () => {
  const page = readFileSync(pathOf('docs/doctor.md'), 'utf8');
  const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  expect(new Set(anchors).size).toBe(anchors.length);
  const links = [...page.matchAll(/\]\(#([\w-]+)\)/g)].map(([, id]) => id);
  expect(links.length).toBeGreaterThan(50);
  for (const link of links) expect(anchors).toContain(link);
});
