/**
 * @file `npm run setup`: everything a person who develops needs. `--system` adds Chromium and a C++ compiler through apt-get,
 * `--electron` fetches the Electron binary, `--tensorflow` puts TensorFlow into out/tensorflow for training.
 */
import { findElectron } from "./electron-binary.mjs";
import { inRoot } from "./paths.mjs";
import { prepare } from "./prepare.mjs";
import { capture, tail } from "./process.mjs";
import { SetupError, runMain, say, timed } from "./say.mjs";
import { installSystem } from "./system.mjs";
import { installTensorflow } from "./tensorflow.mjs";

const options = ["--system", "--electron", "--tensorflow"];

await runMain(async (args) => {
  const unknown = args.find((arg) => !options.includes(arg));
  if (unknown) throw new SetupError(`unknown option ${unknown}; known: ${options.join(", ")}`);
  // The compiler first: the addon is built in the same go.
  if (args.includes("--system")) await installSystem();
  const runtime = await prepare("all");
  if (args.includes("--electron")) await fetchElectron(runtime);
  if (args.includes("--tensorflow")) await installTensorflow(runtime);
  say("ready: `npm start -- FOLDER`, `npm test`, `npm run check`, `npm run dev`");
  return 0;
});

async function fetchElectron(runtime) {
  if (findElectron()) return;
  await timed("fetching the Electron binary", "Electron is there", async () => {
    const { code, output } = await capture(runtime, [inRoot("node_modules", "electron", "install.js")]);
    if (code === 0 && findElectron()) return;
    throw new SetupError(
      `the Electron binary could not be fetched:\n${tail(output, 6)}\nIt comes from GitHub's release host (ELECTRON_MIRROR names another). Without it \`npm start\` opens the app in the browser.`,
    );
  });
}
