/**
 * @file Where every picture of the grid goes, in typed arrays: rows of equal height that fill the width (or equal squares), with a head
 * row before each section. It is computed in steps so that 100,000 pictures never hold up a frame; rows already laid out never move.
 */

export interface LayoutSection {
  /** Position in `order` where the section starts. */
  readonly start: number;
  readonly count: number;
  readonly label: string;
}

export interface LayoutInput {
  /** Indexes into `widths` and `heights`, in the order to show. */
  readonly order: Int32Array;
  readonly widths: Int32Array;
  readonly heights: Int32Array;
  /** Without gaps or overlaps, covering `order`. A section with an empty label gets no head. */
  readonly sections: readonly LayoutSection[];
  readonly width: number;
  readonly targetHeight: number;
  readonly gap: number;
  readonly square: boolean;
  readonly headHeight: number;
  /** Room under each picture for its name; 0 for none. */
  readonly captionHeight: number;
}

/** Shapes beyond these are shown whole inside a cell of this shape. */
export const narrowest = 0.45;
export const widest = 3.2;

export class JustifiedLayout {
  /** Per row. A head row has `rowStarts === rowEnds`. */
  readonly rowTops: Float64Array;
  readonly rowHeights: Float32Array;
  readonly rowStarts: Int32Array;
  readonly rowEnds: Int32Array;
  readonly rowSections: Int32Array;
  /** Per position in `order`. */
  readonly lefts: Float32Array;
  readonly cellWidths: Float32Array;
  readonly rowOf: Int32Array;

  readonly input: LayoutInput;
  rowCount = 0;
  /** Positions laid out so far. */
  placed = 0;
  /** Top of the next row. */
  height = 0;
  #section = 0;

  constructor(input: LayoutInput) {
    this.input = input;
    const items = input.order.length;
    const rows = items + input.sections.length;
    this.rowTops = new Float64Array(rows);
    this.rowHeights = new Float32Array(rows);
    this.rowStarts = new Int32Array(rows);
    this.rowEnds = new Int32Array(rows);
    this.rowSections = new Int32Array(rows);
    this.lefts = new Float32Array(items);
    this.cellWidths = new Float32Array(items);
    this.rowOf = new Int32Array(items);
  }

  get finished(): boolean {
    return this.placed >= this.input.order.length;
  }

  /** Lays out at least `items` more pictures (whole rows), or all that are left. */
  step(items: number): void {
    const goal = Math.min(this.input.order.length, this.placed + items);
    while (this.placed < goal) {
      const section = this.input.sections[this.#section];
      if (this.placed === section.start && section.label !== "") this.#addHead();
      const end = section.start + section.count;
      while (this.placed < end && this.placed < goal) {
        if (this.input.square) this.#addSquares(end);
        else this.#addJustified(end);
      }
      if (this.placed === end) this.#section++;
    }
  }

  /** What the height will be, exact once finished. */
  estimatedHeight(): number {
    if (this.placed === 0) return 0;
    return this.finished ? this.height : (this.height * this.input.order.length) / this.placed;
  }

  /** The last row whose top is at or above `y`, or 0. */
  rowAt(y: number): number {
    let low = 0;
    let high = this.rowCount - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.rowTops[middle] <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  isHead(row: number): boolean {
    return this.rowStarts[row] === this.rowEnds[row];
  }

  /** The position above or below `position` whose middle is nearest; `position` itself at the edge. */
  neighbourInColumn(position: number, direction: -1 | 1): number {
    let row = this.rowOf[position] + direction;
    while (row >= 0 && row < this.rowCount && this.isHead(row)) row += direction;
    if (row < 0 || row >= this.rowCount) return position;
    const middle = this.lefts[position] + this.cellWidths[position] / 2;
    let best = this.rowStarts[row];
    for (let other = best; other < this.rowEnds[row]; other++) {
      const distance = Math.abs(this.lefts[other] + this.cellWidths[other] / 2 - middle);
      if (distance < Math.abs(this.lefts[best] + this.cellWidths[best] / 2 - middle)) best = other;
    }
    return best;
  }

  #addHead(): void {
    this.#closeRow({ start: this.placed, end: this.placed, height: this.input.headHeight, gap: 0 });
  }

  #addSquares(end: number): void {
    const { width, gap, targetHeight } = this.input;
    const columns = Math.max(1, Math.floor((width + gap) / (targetHeight + gap)));
    const side = (width - gap * (columns - 1)) / columns;
    const start = this.placed;
    const stop = Math.min(end, start + columns);
    for (let position = start; position < stop; position++) {
      const column = position - start;
      const left = Math.round(column * (side + gap));
      this.lefts[position] = left;
      this.cellWidths[position] = Math.round(column * (side + gap) + side) - left;
    }
    this.#closeRow({ start, end: stop, height: Math.round(side), gap });
  }

  #addJustified(end: number): void {
    const { width, gap, targetHeight } = this.input;
    const start = this.placed;
    let shapes = 0;
    let stop = start;
    let filled = false;
    while (stop < end) {
      const next = shapes + this.#shape(stop);
      const gaps = gap * (stop - start);
      if (next * targetHeight + gaps >= width) {
        const heightWith = (width - gaps) / next;
        const heightWithout = stop > start ? (width - gaps + gap) / shapes : Infinity;
        if (targetHeight - heightWith <= heightWithout - targetHeight) {
          shapes = next;
          stop++;
        }
        filled = true;
        break;
      }
      shapes = next;
      stop++;
    }
    const gaps = gap * (stop - start - 1);
    const exact = filled ? (width - gaps) / shapes : targetHeight;
    let left = 0;
    for (let position = start; position < stop; position++) {
      const right = left + this.#shape(position) * exact;
      this.lefts[position] = Math.round(left);
      this.cellWidths[position] = Math.max(1, Math.min(width, Math.round(right)) - Math.round(left));
      left = right + gap;
    }
    this.#closeRow({ start, end: stop, height: Math.max(1, Math.round(exact)), gap });
  }

  #shape(position: number): number {
    const index = this.input.order[position];
    const height = this.input.heights[index];
    const shape = height > 0 ? this.input.widths[index] / height : 1;
    return Math.min(widest, Math.max(narrowest, shape || 1));
  }

  #closeRow(row: { start: number; end: number; height: number; gap: number }): void {
    const index = this.rowCount++;
    const caption = row.start === row.end ? 0 : this.input.captionHeight;
    this.rowTops[index] = this.height;
    this.rowHeights[index] = row.height;
    this.rowStarts[index] = row.start;
    this.rowEnds[index] = row.end;
    this.rowSections[index] = this.#section;
    for (let position = row.start; position < row.end; position++) this.rowOf[position] = index;
    this.placed = row.end;
    this.height += row.height + caption + row.gap;
  }
}
