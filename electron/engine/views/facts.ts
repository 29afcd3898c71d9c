/**
 * @file The facts of an image as label and text, in the order in which the details panel shows them. Never a patient's.
 */
import { standingFrame, type PictureMetadata } from "../ingest/decode/types.ts";
import type { ContentRow } from "../store/queries/contents.ts";

export interface Fact {
  readonly label: string;
  readonly text: string;
}

export function describeFacts(content: ContentRow, metadata: PictureMetadata): Fact[] {
  const facts: Fact[] = [];
  const add = (label: string, text: string | number | null | undefined): void => {
    if (text !== null && text !== undefined && text !== "") facts.push({ label, text: String(text) });
  };
  if (metadata.capturedAt !== undefined) add("Taken", new Date(metadata.capturedAt).toISOString().slice(0, 19).replace("T", " "));
  add("Camera", cameraOf(metadata));
  add("Lens", metadata.lens);
  add("Exposure", describeExposure(metadata));
  if (metadata.hasLocation) add("Location", "recorded in the file");
  if (metadata.dicom) {
    const { dicom } = metadata;
    add("Modality", dicom.modality);
    add("Body part", [dicom.bodyPart, dicom.laterality && (sides[dicom.laterality] ?? dicom.laterality)].filter(Boolean).join(", "));
    add("View", dicom.viewPosition);
    add("Study", [dicom.studyDescription, dicom.studyDate].filter(Boolean).join(", "));
    add("Series", [dicom.seriesNumber, dicom.seriesDescription].filter((part) => part !== null && part !== "").join(": "));
    add("Slice", describeSlice(dicom));
    if (dicom.pixelSpacing) add("Pixels", `${dicom.pixelSpacing.map((side) => Number(side.toFixed(3))).join(" × ")} mm`);
    add("Device", [dicom.manufacturer, withoutMake(dicom.device ?? undefined, dicom.manufacturer ?? undefined)].filter(Boolean).join(" "));
    if (dicom.burnedInAnnotation === true) add("Text in it", "burned in, which may name the patient");
    const [window] = dicom.windows;
    if (window !== undefined) add("Window", window.centre === null ? "a table of the file's own" : `${window.centre} / ${window.width}`);
  }
  if (content.frame_count > 1)
    add(
      "Frames",
      `${content.frame_count}, the ${standingFrame(content.format, content.frame_count) > 0 ? "middle" : "first"} one stands for all`,
    );
  if (content.orientation !== 1) add("Orientation", `EXIF ${content.orientation}, shown upright`);
  return facts;
}

/** Maker and model as one name; empty where neither is recorded. */
export function cameraOf({ cameraMake, cameraModel }: Pick<PictureMetadata, "cameraMake" | "cameraModel">): string {
  return [cameraMake, withoutMake(cameraModel, cameraMake)].filter(Boolean).join(" ");
}

const sides: Readonly<Record<string, string>> = { L: "left", R: "right", B: "both sides", U: "unpaired" };

function describeSlice({ instanceNumber, slicePosition, sliceThickness }: NonNullable<PictureMetadata["dicom"]>): string {
  const parts: string[] = [];
  if (instanceNumber !== null) parts.push(`number ${instanceNumber}`);
  if (slicePosition !== null) parts.push(`at ${Number(slicePosition.toFixed(2))} mm`);
  if (sliceThickness !== null) parts.push(`${Number(sliceThickness.toFixed(2))} mm thick`);
  return parts.join(", ");
}

function describeExposure({ exposure, fNumber, iso, focalLength }: PictureMetadata): string {
  const parts: string[] = [];
  if (exposure !== undefined) parts.push(exposure < 0.5 ? `1/${Math.round(1 / exposure)} s` : `${exposure} s`);
  if (fNumber !== undefined) parts.push(`f/${fNumber}`);
  if (iso !== undefined) parts.push(`ISO ${iso}`);
  if (focalLength !== undefined) parts.push(`${focalLength} mm`);
  return parts.join(", ");
}

function withoutMake(model: string | undefined, make: string | undefined): string | undefined {
  return model && make && model.toLowerCase().startsWith(make.toLowerCase()) ? model.slice(make.length).trim() : model;
}
