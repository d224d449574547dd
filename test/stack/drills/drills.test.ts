import { beforeAll, expect, test } from 'vitest';
import { listRows } from './support/report.ts';
import {
  type DrillReport,
  findDrills,
  runDrills,
} from './support/run-drills.ts';

const drills = await findDrills();
let report: DrillReport;

beforeAll(async () => {
  report = await runDrills(drills);
});

for (const { name, title } of drills) {
  test(`${name}: ${title}`, ({ task }) => {
    const result = report.results.find(({ drill }) => drill.name === name);
    expect(result).toBeDefined();
    if (result !== undefined) task.meta.drillRows = listRows(result);
    expect(result?.failures).toEqual([]);
  });
}

test('the stack itself stays healthy, and no alert belongs to no drill', () => {
  expect(report.strays).toEqual([]);
  expect(report.deaths).toEqual([]);
});
