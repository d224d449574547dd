/** Says how large the browser's door is, and fails when it has grown. */
import { DOOR_ACCEPTED, DOOR_BUDGET, measureDoor } from './door-size.ts';

const { minified, compressed } = await measureDoor();
console.log(
  `./client in a browser: ${minified} B minified, ${compressed} B with gzip; ` +
    `${DOOR_BUDGET} B wanted, at most ${DOOR_ACCEPTED} B`,
);
if (compressed > DOOR_ACCEPTED) process.exitCode = 1;
