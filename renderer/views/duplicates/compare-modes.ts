/** @file The ways to compare two pictures. */
import type { IconName } from "../../widgets/icons.ts";

export type CompareMode = "sides" | "swipe" | "difference" | "blink";

export const compareModes: readonly { name: CompareMode; title: string; icon: IconName; hint: string; key?: string }[] = [
  { name: "sides", title: "Side by side", icon: "sides", hint: "1" },
  { name: "swipe", title: "Swipe", icon: "swipe", hint: "2" },
  { name: "difference", title: "Difference", icon: "difference", hint: "3" },
  { name: "blink", title: "Blink", icon: "blink", hint: "4 or B", key: "b" },
];
