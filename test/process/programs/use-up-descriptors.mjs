// Opens files until there are no descriptors left, and prints what the process knows of
// itself before and after.
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import {
  countFileDescriptors,
  readFileDescriptorLimit,
} from '../../../src/process/file-descriptors.ts';
import { readUsage } from '../../../src/process/usage.ts';

const before = read();
/** @type {number[]} */
const opened = [];
let reason = '';
while (reason === '') {
  try {
    opened.push(openSync(devNull, 'r'));
  } catch (error) {
    reason = /** @type {{ code: string }} */ (error).code;
  }
}
const after = read();
for (const descriptor of opened) closeSync(descriptor);
console.log(JSON.stringify({ reason, before, after }));

function read() {
  return {
    ...readUsage(),
    count: countFileDescriptors(),
    limit: readFileDescriptorLimit(),
  };
}
