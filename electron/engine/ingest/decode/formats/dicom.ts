/**
 * @file DICOM: one frame, with its window, as a picture; of several the middle one unless another is asked for. Who the patient is lies apart in the facts.
 */
import { dicomFactsOf, functionalGroups } from "../dicom-facts.ts";
import { wholePicture } from "../decoder.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import { chooseFrame } from "../frame-choice.ts";
import { unpackFrame } from "./dicom-codecs.ts";
import { readDicom } from "./dicom-header.ts";
import { toRgb } from "./dicom-pixels.ts";
import { throughProfile } from "./profile.ts";

const profileTag = 0x00282000;

export async function decodeDicom({ bytes, want, frame, window = 0 }: DecodeInput): Promise<Decoded> {
  const image = readDicom(bytes);
  const { set, rows, columns, frames, samplesPerPixel } = image;
  const index = chooseFrame({ asked: frame, frames, otherwise: frames >> 1 });
  const stored = await unpackFrame(image, index);
  const data = toRgb(stored, { image, group: functionalGroups(set, index), window });
  const profile = samplesPerPixel === 3 ? set.elements.get(profileTag) : undefined;
  const picture = await throughProfile(
    { width: columns, height: rows, data },
    profile === undefined ? null : set.bytes.subarray(profile.start, profile.start + profile.length),
  );
  const facts = { format: "dicom", channels: samplesPerPixel, bitDepth: image.bitsStored, hasAlpha: false, frameCount: frames } as const;
  return { ...wholePicture(want, picture, facts), dicom: dicomFactsOf(set) };
}
