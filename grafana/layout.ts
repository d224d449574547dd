/** Panels on Grafana's grid of 24 columns. */
import {
  type Panel,
  RowBuilder,
  type RowPanel,
} from '@grafana/grafana-foundation-sdk/dashboard';

const COLUMNS = 24;

/** Panels beside each other. */
export interface Band {
  /** In the grid's units, of about 38 pixels. */
  readonly height: number;
  readonly panels: readonly Panel[];
}

/** Bands below each other, under a title that can be folded away. */
export interface Section {
  /** Without one the bands come first, under no title. */
  readonly title?: string;
  /** Whether it begins folded: what is looked at second. */
  readonly isCollapsed?: boolean;
  readonly bands: readonly Band[];
}

/** A band as high as a figure. */
export function createStatBand(...panels: readonly Panel[]): Band {
  return { height: 4, panels };
}

/** A band as high as a graph. */
export function createGraphBand(...panels: readonly Panel[]): Band {
  return { height: 8, panels };
}

/**
 * Gives every panel its place and its id.
 *
 * @throws Error when a band does not fill the width.
 */
export function placeSections(
  sections: readonly Section[],
): (Panel | RowPanel)[] {
  const placed: (Panel | RowPanel)[] = [];
  let y = 0;
  for (const { title, isCollapsed = false, bands } of sections) {
    const top = title === undefined ? y : y + 1;
    const { panels, bottom } = placeBands(bands, top);
    if (title === undefined) {
      placed.push(...panels);
    } else {
      const row = buildRow(title, y, isCollapsed);
      placed.push(row);
      // Grafana keeps panels in a row only while it is folded.
      (isCollapsed ? row.panels : placed).push(...panels);
    }
    y = isCollapsed ? top : bottom;
  }
  return placed;
}

function placeBands(bands: readonly Band[], top: number) {
  const panels: Panel[] = [];
  let y = top;
  for (const { height, panels: beside } of bands) {
    let x = 0;
    for (const panel of beside) {
      const w = panel.gridPos?.w ?? COLUMNS / beside.length;
      const id = identify(panel.title ?? '');
      panels.push({ ...panel, id, gridPos: { x, y, w, h: height } });
      x += w;
    }
    if (x !== COLUMNS) {
      const titles = beside.map(({ title }) => title).join(', ');
      throw new Error(`${titles}: ${x} columns and not ${COLUMNS}`);
    }
    y += height;
  }
  return { panels, bottom: y };
}

function buildRow(title: string, y: number, isCollapsed: boolean): RowPanel {
  return new RowBuilder(title)
    .id(identify(title))
    .collapsed(isCollapsed)
    .gridPos({ x: 0, y, w: COLUMNS, h: 1 })
    .build();
}

/**
 * From the title, so that a new panel changes no other's id, which addresses
 * of single panels carry.
 */
function identify(title: string): number {
  let hash = 0x811c9dc5;
  for (const character of title) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash % 1_000_000;
}
