import { expect, test } from "vitest";

import { suggestPreset } from "#engine/stages/training/choices.ts";

test.for<[Parameters<typeof suggestPreset>[0], string]>([
  [{ formats: { jpeg: 5 } }, "photo"],
  [{ formats: { dicom: 3, nifti: 3, jpeg: 5 } }, "medical-grey"],
  [{ formats: { dicom: 5, jpeg: 5 } }, "photo"],
  [{ formats: { jpeg: 5 }, kind: "medical" }, "medical-grey"],
  [{ formats: { dicom: 5 }, kind: "ordinary" }, "photo"],
  [{ formats: {} }, "photo"],
])("%j suggests views of kind %s", ([facts, preset]) => expect(suggestPreset(facts).preset).toBe(preset));
