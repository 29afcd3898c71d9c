/**
 * @file Undoes the predictors of TIFF: differences of neighbours in a row (TIFF 6.0 section 14) and, for floats, differences of bytes whose
 * planes were torn apart (TIFF Technical Note 3).
 */

export interface RowShape {
  /** Bytes of a sample. */
  readonly sampleBytes: number;
  readonly samplesPerPixel: number;
  readonly rowBytes: number;
  readonly little: boolean;
}

/** In place, row by row. */
export function undoDifferences(data: Uint8Array, { sampleBytes, samplesPerPixel, rowBytes, little }: RowShape): void {
  const step = sampleBytes * samplesPerPixel;
  for (let row = 0; row + rowBytes <= data.length; row += rowBytes) {
    for (let at = row + step; at + sampleBytes <= row + rowBytes; at += sampleBytes) {
      let carry = 0;
      for (let byte = 0; byte < sampleBytes; byte++) {
        const place = little ? byte : sampleBytes - 1 - byte;
        const sum = (data[at + place] as number) + (data[at + place - step] as number) + carry;
        data[at + place] = sum;
        carry = sum >> 8;
      }
    }
  }
}

/** @returns the same rows as big-endian floats, whatever the file's byte order */
export function undoFloatDifferences(data: Uint8Array, { sampleBytes, samplesPerPixel, rowBytes }: RowShape): Uint8Array {
  const result = new Uint8Array(data.length);
  const samples = Math.floor(rowBytes / sampleBytes);
  for (let row = 0; row + rowBytes <= data.length; row += rowBytes) {
    for (let at = row + samplesPerPixel; at < row + rowBytes; at++)
      data[at] = (data[at] as number) + (data[at - samplesPerPixel] as number);
    for (let sample = 0, to = row; sample < samples; sample++)
      for (let byte = 0; byte < sampleBytes; byte++) result[to++] = data[row + byte * samples + sample] as number;
  }
  return result;
}
