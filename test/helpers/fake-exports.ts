/** @file Exports of the fake engine: nothing is written, and everything is said as if it were. */
import type { Handlers } from "#protocol/contract.ts";
import type { ExportContract } from "#protocol/export-contract.ts";
import type { JobId } from "#protocol/model.ts";

export function createFakeExports(images: () => number, start: () => JobId): Pick<Handlers, keyof ExportContract> {
  return {
    "export.data": ({ format, out, images: chosen, dryRun = false }) => {
      if (out.startsWith("/pictures")) throw new Error(`${out} lies inside the image folder /pictures, where Likeness writes nothing. Name a folder beside it.`); // prettier-ignore
      const count = chosen?.length ?? images();
      const folders = [{ name: "cluster 1", images: Math.ceil(count / 2) }, { name: "no cluster", images: Math.floor(count / 2) }]; // prettier-ignore
      return {
        files: [out],
        images: count,
        leftOut: 0,
        dryRun,
        ...(format === "folders" && { folders, bytes: count * 3.1e6, renamed: 2 }),
      };
    },
    "export.report": ({ out, pictures = true }) => ({ files: [out], images: images(), pictures: pictures ? 240 : 0, bytes: 4.2e6 }),
    "export.startFolders": () => ({ job: start() }),
    "export.startEncoder": () => ({ job: start() }),
    "export.classifier": ({ folder }) => ({ files: [`${folder}/model.onnx`, `${folder}/use.py`], maxDifference: 2.1e-6, classes: ["cat", "dog"] }), // prettier-ignore
  };
}
