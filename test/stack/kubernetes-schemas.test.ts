import { expect, test } from 'vitest';
import {
  COMPONENTS,
  renderManifests,
  validateManifests,
} from './support/manifests.ts';

test('every manifest is valid by the schemas of Kubernetes, the operator and KEDA', async () => {
  expect(await validateManifests(await renderManifests())).toEqual([]);
});

test.each(COMPONENTS)(
  'with the component %s they are too',
  async (component) => {
    const text = await renderManifests(component);
    expect(await validateManifests(text)).toEqual([]);
  },
);

test.each([
  ['a field that Kubernetes does not know', 'maxSurge:', 'maxSurges:'],
  ['a value of a wrong type', 'minReadySeconds: 10', 'minReadySeconds: soon'],
  [
    'a field that the operator does not know',
    '  - interval: 15s',
    '  - every: 15s',
  ],
  ['a kind that nobody defines', 'kind: ServiceMonitor', 'kind: PageMonitor'],
])('%s is found', async (_what, from, to) => {
  const text = await renderManifests();
  expect(text.includes(from)).toBe(true);
  const [first, ...others] = await validateManifests(text.replace(from, to));
  expect(first).toMatch(/validation failed|could not find schema/);
  expect(others).toEqual([]);
});

test('a field that KEDA does not know is found', async () => {
  const text = await renderManifests('keda');
  const wrong = text.replace('pollingInterval:', 'pollInterval:');
  expect(await validateManifests(wrong)).toEqual([
    expect.stringContaining('ScaledObject app'),
  ]);
});
