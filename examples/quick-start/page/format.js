// Figures as text; used by the page and by the table in the terminal.

const STEPS = ['', 'k', 'M', 'G', 'T'];

/** `1.5 MB`. A value that is not there is a dash. */
export function formatBytes(/** @type {number | undefined} */ bytes) {
  if (bytes === undefined) return '–';
  let value = bytes;
  let step = 0;
  while (Math.abs(value) >= 999.5 && step < STEPS.length - 1) {
    value /= 1000;
    step++;
  }
  const digits = step === 0 || Math.abs(value) >= 100 ? 0 : 1;
  return `${withoutMinusZero(value.toFixed(digits))} ${STEPS[step]}B`;
}

/** `4.3`, and without decimals from 100. */
export function formatRate(/** @type {number | undefined} */ perSecond) {
  if (perSecond === undefined) return '–';
  return perSecond.toFixed(perSecond >= 99.95 ? 0 : 1);
}

/** `475 ms`, `1.20 s`. */
export function formatSeconds(/** @type {number | undefined} */ seconds) {
  if (seconds === undefined) return '–';
  if (seconds >= 0.9995) return `${seconds.toFixed(2)} s`;
  return `${(seconds * 1000).toFixed(seconds > 0 && seconds < 0.01 ? 1 : 0)} ms`;
}

/** `1,234`. */
export function formatCount(/** @type {number} */ count) {
  return count.toLocaleString('en');
}

/** `99.5 %`; what is not all is never 100. */
export function formatShare(/** @type {number} */ share) {
  if (share === 1) return '100 %';
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

function withoutMinusZero(/** @type {string} */ text) {
  return /^-[0.]+$/.test(text) ? text.slice(1) : text;
}
