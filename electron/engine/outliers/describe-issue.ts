/**
 * @file What the app says of an issue: in words, with the value that led to it.
 */
import type { IssueKind } from "#protocol/model.ts";

import { fileLimits, oddityOfProfile } from "./file-rules.ts";
import type { FileMetrics } from "./metrics.ts";

export interface IssueFacts {
  readonly kind: IssueKind;
  readonly value: number;
  readonly threshold: number;
  /** What the words of some kinds need beside the numbers. */
  readonly about?: {
    /** Formats for people: what the name claims, what the bytes are. */
    readonly named: string | null;
    readonly format: string;
    readonly file: Pick<FileMetrics, "profile" | "channels" | "inks" | "burnedInAnnotation">;
  };
}

export function describeIssue({ kind, value, threshold, about }: IssueFacts): string {
  const lower = value < threshold;
  switch (kind) {
    case "blur":
      return `blurred: sharpness ${number(value)} at full size; sharp images here have more than ${number(threshold)}`;
    case "dark":
      return `very dark: 95 % of the pixels are at ${number(value)} or below, of 255`;
    case "bright":
      return `very bright: 95 % of the pixels are at ${number(value)} or above, of 255`;
    case "low-information":
      return `nearly blank: brightness varies by only ${number(value)} of 255`;
    case "odd-size":
      return `much ${lower ? "smaller" : "larger"} than the others: about ${Math.round(value)} pixels a side; ${lower ? "below" : "above"} ${Math.round(threshold)} is unusual here`;
    case "odd-aspect":
      return `unusually long: the long side is ${number(value)} times the short one; more than ${number(threshold)} is unusual here`;
    case "greyscale":
      return `grey among coloured images: colour saturation ${number(100 * value)} % (grey: under ${number(100 * threshold)} %)`;
    case "truncated":
      return `lost its end: the last ${number(100 * value)} % are one flat grey, as where data are missing (more than ${number(100 * threshold)} %)`;
    case "wrong-extension":
      return about?.named ? `the name says ${about.named}, the bytes are ${about.format}` : "the name says another format than the bytes";
    case "colour-profile":
      return describeProfile(value, about?.file);
    case "burned-in-text":
      return describeText(value, about?.file.burnedInAnnotation === true);
  }
}

function describeProfile(share: number, file: Pick<FileMetrics, "profile" | "channels" | "inks"> | undefined): string {
  const name = file?.profile?.name || file?.profile?.space || "another profile";
  switch (file === undefined ? null : oddityOfProfile(file)) {
    case "damaged":
      return "the colour profile is damaged: colours are taken for sRGB";
    case "inks-without":
      return "four inks, for printing, without a colour profile: what they look like is a guess";
    case "other-colours":
      return `the colour profile (${name}) is for ${file?.profile?.space === "GRAY" ? "grey" : file?.profile?.space === "CMYK" ? "four inks" : "red, green and blue"}, the pixels are ${file?.inks ? "four inks" : "not"}`;
    default:
      return `the colour profile is ${name}, as in ${number(100 * share)} % of the images here: the same numbers mean other colours in the rest`;
  }
}

function describeText(letters: number, said: boolean): string {
  if (letters < fileLimits.letters && said) return "the file says that text is burned into its pixels: it may name a patient";
  return `about ${Math.round(letters)} letters are part of the pixels${said ? ", and the file says so" : ""}: they may name a person`;
}

/** Two significant digits, no trailing zeros; whole numbers from 10. */
function number(value: number): string {
  return Math.abs(value) >= 10 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}
