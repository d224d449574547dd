import { expect, test } from 'vitest';
import { FAMILIES, findTrouble } from '../../src/doctor/findings/findings.ts';
import { CONTENT_SCENES } from './scenes/content.ts';
import { HEADER_SCENES } from './scenes/headers.ts';
import { OPENING_SCENES } from './scenes/opening.ts';
import { PAGE_SCENES } from './scenes/pages.ts';
import { TIMING_SCENES } from './scenes/timing.ts';
import { listIds } from './support/examine.ts';

const SCENES = Object.entries({
  ...OPENING_SCENES,
  ...HEADER_SCENES,
  ...TIMING_SCENES,
  ...CONTENT_SCENES,
  ...PAGE_SCENES,
});
const IDS = FAMILIES.flatMap(([, checks]) => checks.map(({ id }) => id));

test('every finding has a scene with the trouble and one nearly with it', () => {
  expect(SCENES.map(([id]) => id).sort()).toEqual([...IDS].sort());
  expect(new Set(IDS).size).toBe(IDS.length);
});

test.concurrent.each(SCENES)(
  '%s is found where it is',
  async (id, { sick }) => {
    const found = findTrouble(await sick());
    const finding = found.find((one) => one.id === id);
    expect(found.map((one) => one.id)).toContain(id);
    expect(finding?.evidence).not.toBe('');
    expect(finding?.docs).toMatch(new RegExp(`docs/doctor\\.md#${id}$`));
  },
);

test.concurrent.each(SCENES)(
  '%s is not found where it is not',
  async (id, { well }) => {
    const observation = await well();
    expect(observation.stream).toBeDefined();
    expect(listIds(observation)).not.toContain(id);
  },
);
