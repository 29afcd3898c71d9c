/**
 * @file What a medical file says of itself, as the engine stores it and the pages show it. Whatever tells who the patient is lies in a record of its own, so
 * that it can be left out.
 */

export interface DicomFacts {
  /** "CT", "MR", "US": code of PS3.3 C.7.3.1.1.1. */
  readonly modality: string | null;
  /** As written ("CHEST"), else the meaning of the coded region. */
  readonly bodyPart: string | null;
  /** "L", "R", "B" (both), "U" (unpaired). */
  readonly laterality: string | null;
  /** How it was taken: "PA", "LL", "MLO". */
  readonly viewPosition: string | null;
  /** "2004-08-26": of the study, else of series, acquisition or content. */
  readonly studyDate: string | null;
  readonly studyDescription: string | null;
  readonly seriesDescription: string | null;
  readonly studyInstanceUid: string | null;
  readonly seriesInstanceUid: string | null;
  readonly sopInstanceUid: string | null;
  readonly seriesNumber: number | null;
  readonly instanceNumber: number | null;
  readonly manufacturer: string | null;
  readonly device: string | null;
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  /** Millimetres along the normal of the slice (of the middle frame); null where the file has no place in space. Orders the slices of a series. */
  readonly slicePosition: number | null;
  /** Directions of row and column in the patient, 6 numbers: slices of one stack agree in them. */
  readonly orientation: readonly number[] | null;
  /** Millimetres from row to row and from column to column. */
  readonly pixelSpacing: readonly [number, number] | null;
  readonly sliceThickness: number | null;
  /** In the order in which the picture can be asked for; the first is shown. Empty: from the values themselves. */
  readonly windows: readonly DicomWindow[];
  /** True where the file says that text is burned into the picture, which may name the patient. */
  readonly burnedInAnnotation: boolean | null;
  readonly patient: DicomPatient;
}

/** Centre and width, or neither: a table of the file's own. */
export interface DicomWindow {
  readonly centre: number | null;
  readonly width: number | null;
  /** "LUNG", "BONE". */
  readonly name: string | null;
}

/** Hidden unless asked for. */
export interface DicomPatient {
  readonly name: string | null;
  readonly id: string | null;
  /** "1957-03-02" */
  readonly birthDate: string | null;
  /** "F", "M", "O". */
  readonly sex: string | null;
}
