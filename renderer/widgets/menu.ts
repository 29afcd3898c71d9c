/** @file One choice of a menu. */
import type { IconName } from "./icons.ts";

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  /** 0xRRGGBB, shown as a small square in place of an icon. */
  readonly colour?: number;
  readonly note?: string;
  /** Given for a choice among several. */
  readonly checked?: boolean;
  /** With a line above it. */
  readonly separated?: boolean;
  run(): void;
}
