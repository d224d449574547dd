// A line chart by hand: two SVG paths in a box of 120 x 40.
const WIDTH = 120;
const HEIGHT = 40;

/**
 * Draws values, the newest at the right edge. Where there is none, the line
 * breaks.
 *
 * @param {SVGElement} svg
 * @param {(number | undefined)[]} values
 * @param {number} samples - how many fill the width.
 * @returns {{ low: number, high: number } | undefined} the ends of the value
 * axis; it has 0 on it.
 */
export function drawChart(svg, values, samples) {
  const known = values.filter((value) => value !== undefined);
  const high = Math.max(0, ...known);
  const low = Math.min(0, ...known);
  // Of a line that is 0 throughout, the axis is at the bottom.
  const span = high - low || 1;
  const x = (/** @type {number} */ index) =>
    WIDTH - ((values.length - 1 - index) / (samples - 1)) * WIDTH;
  // A margin of 1 keeps the line's own width inside.
  const y = (/** @type {number} */ value) =>
    1 + (1 - (value - low) / span) * (HEIGHT - 2);

  const runs = findRuns(values).map((run) =>
    run.map(([index, value]) => [round(x(index)), round(y(value))]),
  );
  const zero = round(y(0));
  const lines = runs.map((points) => `M${points.join('L')}`);
  const areas = runs.map((points) => {
    const [left] = points[0];
    const [right] = points[points.length - 1];
    return `M${left},${zero}L${points.join('L')}L${right},${zero}Z`;
  });
  setPath(svg, '.line', lines.join(''));
  setPath(svg, '.area', areas.join(''));
  return known.length === 0 ? undefined : { low, high };
}

/**
 * @param {(number | undefined)[]} values
 * @returns {[index: number, value: number][][]} stretches without a gap.
 */
function findRuns(values) {
  /** @type {[number, number][][]} */
  const runs = [];
  let isInside = false;
  for (const [index, value] of values.entries()) {
    if (value === undefined) {
      isInside = false;
    } else if (isInside) {
      runs[runs.length - 1].push([index, value]);
    } else {
      runs.push([[index, value]]);
      isInside = true;
    }
  }
  return runs;
}

/**
 * @param {SVGElement} svg
 * @param {string} selector
 * @param {string} path
 */
function setPath(svg, selector, path) {
  svg.querySelector(selector)?.setAttribute('d', path);
}

function round(/** @type {number} */ value) {
  return Math.round(value * 100) / 100;
}
