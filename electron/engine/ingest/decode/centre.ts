/**
 * @file The middle of a picture.
 */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rectangle extends Size {
  readonly left: number;
  readonly top: number;
}

/** The rectangle in the middle, at most `side` long and high. */
export function centreOf(size: Size, side: number): Rectangle {
  const width = Math.min(side, size.width);
  const height = Math.min(side, size.height);
  return { left: (size.width - width) >> 1, top: (size.height - height) >> 1, width, height };
}
