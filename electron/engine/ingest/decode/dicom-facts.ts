/**
 * @file The facts of a DICOM file for the details panel, for filters and for series: a pure function of its header. Of enhanced files, which say such things
 * once for all frames or once for each, the middle frame speaks.
 */
import type { DicomFacts, DicomPatient, DicomWindow } from "#protocol/dicom-model.ts";

import { readItem } from "./formats/dicom-elements.ts";
import type { DicomSet } from "./formats/dicom-elements.ts";
import { openDicom } from "./formats/dicom-file.ts";
import { numberOf, numbersOf, shortOf, textOf, textsOf } from "./formats/dicom-values.ts";

const tags = {
  acquisitionDate: 0x00080022,
  anatomicRegion: 0x00082218,
  birthDate: 0x00100030,
  bodyPart: 0x00180015,
  burnedIn: 0x00280301,
  codeMeaning: 0x00080104,
  columns: 0x00280011,
  contentDate: 0x00080023,
  device: 0x00081090,
  frameAnatomy: 0x00209071,
  frameLaterality: 0x00209072,
  frames: 0x00280008,
  frameWindow: 0x00289132,
  imageLaterality: 0x00200062,
  imagerSpacing: 0x00181164,
  instanceNumber: 0x00200013,
  laterality: 0x00200060,
  lutExplanation: 0x00283003,
  manufacturer: 0x00080070,
  modality: 0x00080060,
  orientation: 0x00200037,
  patientId: 0x00100020,
  patientName: 0x00100010,
  perFrame: 0x52009230,
  pixelMeasures: 0x00289110,
  pixelSpacing: 0x00280030,
  planeOrientation: 0x00209116,
  planePosition: 0x00209113,
  position: 0x00200032,
  rows: 0x00280010,
  seriesDate: 0x00080021,
  seriesDescription: 0x0008103e,
  seriesNumber: 0x00200011,
  seriesUid: 0x0020000e,
  sex: 0x00100040,
  shared: 0x52009229,
  sliceThickness: 0x00180050,
  sopUid: 0x00080018,
  studyDate: 0x00080020,
  studyDescription: 0x00081030,
  studyUid: 0x0020000d,
  viewPosition: 0x00185101,
  voiLut: 0x00283010,
  windowCentre: 0x00281050,
  windowExplanation: 0x00281055,
  windowWidth: 0x00281051,
} as const;

/** Throws `DecodeError` where the file is no DICOM at all; whatever a readable one does not say is null. */
export function readDicomFacts(bytes: Buffer): DicomFacts {
  return dicomFactsOf(openDicom(bytes).set);
}

export function dicomFactsOf(set: DicomSet): DicomFacts {
  const frames = Math.max(1, Math.floor(numberOf(set, tags.frames) ?? 1));
  const groups = functionalGroups(set, frames >> 1);
  const measures = groups(tags.pixelMeasures) ?? set;
  const anatomy = groups(tags.frameAnatomy);
  const orientation = sixNumbers(groups(tags.planeOrientation) ?? set);
  return {
    modality: textOf(set, tags.modality),
    bodyPart: textOf(set, tags.bodyPart) ?? regionOf(set) ?? (anatomy === null ? null : regionOf(anatomy)),
    laterality:
      textOf(set, tags.imageLaterality) ??
      textOf(set, tags.laterality) ??
      (anatomy === null ? null : textOf(anatomy, tags.frameLaterality)),
    viewPosition: textOf(set, tags.viewPosition),
    studyDate: firstDate(set, [tags.studyDate, tags.seriesDate, tags.acquisitionDate, tags.contentDate]),
    studyDescription: textOf(set, tags.studyDescription),
    seriesDescription: textOf(set, tags.seriesDescription),
    studyInstanceUid: textOf(set, tags.studyUid),
    seriesInstanceUid: textOf(set, tags.seriesUid),
    sopInstanceUid: textOf(set, tags.sopUid),
    seriesNumber: numberOf(set, tags.seriesNumber),
    instanceNumber: numberOf(set, tags.instanceNumber),
    manufacturer: textOf(set, tags.manufacturer),
    device: textOf(set, tags.device),
    rows: shortOf(set, tags.rows) ?? 0,
    columns: shortOf(set, tags.columns) ?? 0,
    frames,
    slicePosition: alongNormal(orientation, numbersOf(groups(tags.planePosition) ?? set, tags.position)),
    orientation,
    pixelSpacing: spacingOf(measures, tags.pixelSpacing) ?? spacingOf(set, tags.imagerSpacing),
    sliceThickness: numberOf(measures, tags.sliceThickness),
    windows: windowsOf(set, groups(tags.frameWindow)),
    burnedInAnnotation: yesOrNo(textOf(set, tags.burnedIn)),
    patient: patientOf(set),
  };
}

/** Everything but who it is. */
export function withoutPatient(facts: DicomFacts): Omit<DicomFacts, "patient"> {
  const { patient: _, ...others } = facts;
  return others;
}

/** A group of what is said for frame `index` alone, else for all. */
export function functionalGroups(set: DicomSet, index: number): (tag: number) => DicomSet | null {
  const own = readItem(set, tags.perFrame, index);
  const shared = readItem(set, tags.shared);
  return (tag) => (own === null ? null : readItem(own, tag)) ?? (shared === null ? null : readItem(shared, tag));
}

/** Tables come before windows, as PS3.3 C.11.2.1 leaves it to the reader and the usual ones do. */
export function windowsOf(set: DicomSet, group: DicomSet | null): DicomWindow[] {
  const found: DicomWindow[] = [];
  for (const source of group === null ? [set] : [group, set]) {
    for (let index = 0; index < 16; index++) {
      const table = readItem(source, tags.voiLut, index);
      if (table === null) break;
      found.push({ centre: null, width: null, name: textOf(table, tags.lutExplanation) });
    }
    const centres = numbersOf(source, tags.windowCentre);
    const widths = numbersOf(source, tags.windowWidth);
    const names = textsOf(source, tags.windowExplanation);
    for (let index = 0; index < Math.min(centres.length, widths.length, 16); index++)
      found.push({ centre: centres[index] as number, width: widths[index] as number, name: names[index] ?? null });
    if (found.length > 0) break;
  }
  return found;
}

/** PS3.3 C.7.6.2.1.1: the normal is the cross product of row and column. */
function alongNormal(orientation: readonly number[] | null, position: readonly number[]): number | null {
  if (orientation === null || position.length !== 3) return null;
  const [a, b, c, d, e, f] = orientation as [number, number, number, number, number, number];
  const [x, y, z] = position as [number, number, number];
  const along = (b * f - c * e) * x + (c * d - a * f) * y + (a * e - b * d) * z;
  // A tenth of a micrometre: what lies behind is the rounding of the product.
  return Math.round(along * 1e4) / 1e4;
}

function sixNumbers(set: DicomSet): readonly number[] | null {
  const numbers = numbersOf(set, tags.orientation);
  return numbers.length === 6 && numbers.some((value) => value !== 0) ? numbers : null;
}

function spacingOf(set: DicomSet, tag: number): readonly [number, number] | null {
  const [rows, columns] = numbersOf(set, tag);
  return rows !== undefined && columns !== undefined && rows > 0 && columns > 0 ? [rows, columns] : null;
}

function regionOf(set: DicomSet): string | null {
  const region = readItem(set, tags.anatomicRegion);
  return region === null ? null : textOf(region, tags.codeMeaning);
}

function yesOrNo(text: string | null): boolean | null {
  return text === "YES" ? true : text === "NO" ? false : null;
}

function patientOf(set: DicomSet): DicomPatient {
  const name = textOf(set, tags.patientName);
  return {
    name: name === null ? null : readableName(name),
    id: textOf(set, tags.patientId),
    birthDate: firstDate(set, [tags.birthDate]),
    sex: textOf(set, tags.sex),
  };
}

/** "Doe^Jane^^Dr" -> "Doe, Jane Dr"; of several writings of a name (alphabetic=ideographic=phonetic) each, side by side. */
function readableName(name: string): string | null {
  const writings = name.split("=").map((writing) => {
    const [family = "", ...others] = writing.split("^").map((part) => part.trim());
    const given = others.filter((part) => part !== "").join(" ");
    // Chinese, Japanese and Korean names are not turned around, so nothing marks that they are.
    return family === "" || given === "" ? family || given : `${family}${/[\u3040-\u9fff\uac00-\ud7af]/.test(family) ? "" : ","} ${given}`;
  });
  return writings.filter((writing) => writing !== "").join(" / ") || null;
}

/** "20040826" and, in old files, "2004.08.26". */
function firstDate(set: DicomSet, candidates: readonly number[]): string | null {
  for (const tag of candidates) {
    const match = /^(\d{4})\.?(\d\d)\.?(\d\d)/.exec(textOf(set, tag) ?? "");
    if (match === null) continue;
    const [year, month, day] = match.slice(1) as [string, string, string];
    if (Number(year) > 1800 && Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31)
      return `${year}-${month}-${day}`;
  }
  return null;
}
