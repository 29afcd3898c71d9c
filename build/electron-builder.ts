/**
 * @file What the installers hold and how the Electron binary is locked down; checked against electron-builder's own schema by a test.
 * Native code and whatever another process loads lies unpacked beside the archive (`electron/engine/base/resources.ts` looks there).
 */
import type { Configuration } from "electron-builder";

import { bundleEntries, bundleFile } from "./bundle.ts";

/** Packages that are needed when the app runs; everything else is bundled or was needed to build it. */
export const shippedPackages = [
  "onnxruntime-node",
  "onnxruntime-common",
  "better-sqlite3",
  "sharp",
  "@img",
  "@julusian",
  "pkg-prebuilds",
  // The watcher of folders with what it needs to read patterns.
  "@parcel",
  "is-glob",
  "is-extglob",
  "picomatch",
  "detect-libc",
  "semver",
  "libheif-js",
  "@jsquash",
  "@cornerstonejs",
] as const;

/** Loaded by Electron itself, out of the archive; every other bundle is opened by path from another process or thread. */
const insideArchive = ["main", "preload", "engine-process"];

export const configuration: Configuration = {
  appId: "org.likeness.app",
  productName: "Likeness",
  copyright: "Copyright The Likeness authors",
  directories: { output: "dist", buildResources: "out/resources" },
  artifactName: "Likeness-${version}-${os}-${arch}.${ext}",
  asar: true,
  // Every native part is N-API and ships built: nothing to compile against Electron.
  npmRebuild: false,
  nodeGypRebuild: false,
  files: [
    "package.json",
    "LICENSE",
    "out/app/**",
    "out/renderer/**",
    "out/native/**",
    "!**/*.map",
    `!node_modules/!(${shippedPackages.join("|")})/**`,
    "!node_modules/better-sqlite3/{deps,src}/**",
    "!node_modules/sharp/src/**",
    "!node_modules/@julusian/jpeg-turbo/{deps,src}/**",
    "!node_modules/@parcel/watcher/{node_modules,scripts,src}/**",
    "!node_modules/onnxruntime-node/{script,lib}/**",
    // Of the codecs only the builds that are loaded: a script with its binary inside, or one beside it.
    "!node_modules/libheif-js/libheif/*.js",
    "!node_modules/libheif-js/libheif-wasm/{libheif.js,libheif.wasm,libheif-bundle.mjs}",
    "!node_modules/libraw-wasm/dist/{index,worker}.js",
    "!node_modules/@jsquash/jxl/codec/enc/**",
    "!node_modules/@cornerstonejs/codec-openjpeg/dist/{openjpegjs*,openjpegwasm.*}",
    "!node_modules/@cornerstonejs/codec-charls/dist/{charlsjs*,charlswasm.*}",
    // What other platforms would load: ONNX Runtime alone carries 290 MB for all of them. Said here and not per platform, because patterns
    // there make electron-builder pack everything else as well. An installer is made on the system it is for (sharp is installed for that one).
    "!node_modules/onnxruntime-node/bin/napi-v*/!(${platform})/**",
    "!node_modules/onnxruntime-node/bin/napi-v*/${platform}/!(${arch})/**",
    "!node_modules/better-sqlite3/prebuilds/!(${platform}-${arch}.node)",
    "!node_modules/@julusian/jpeg-turbo/prebuilds/!(jpeg-turbo-${platform}-${arch})/**",
  ],
  asarUnpack: [
    "**/*.node",
    "node_modules/onnxruntime-node/**",
    "node_modules/onnxruntime-common/**",
    "node_modules/better-sqlite3/**",
    "node_modules/{sharp,detect-libc,semver}/**",
    "node_modules/@img/**",
    "node_modules/@julusian/jpeg-turbo/**",
    "node_modules/pkg-prebuilds/**",
    "node_modules/@parcel/watcher/**",
    "node_modules/libheif-js/**",
    "node_modules/libraw-wasm/**",
    "node_modules/@jsquash/jxl/**",
    "node_modules/@cornerstonejs/codec-openjpeg/**",
    "node_modules/@cornerstonejs/codec-openjph/**",
    "node_modules/@cornerstonejs/codec-charls/**",
    "out/native/**",
    "out/app/bundled/**",
    ...bundleEntries()
      .filter((entry) => !insideArchive.includes(entry.name))
      .map((entry) => `out/app/${bundleFile(entry)}`),
  ],
  win: { target: [{ target: "nsis", arch: ["x64", "arm64"] }] },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
  mac: {
    target: [
      { target: "dmg", arch: ["arm64"] },
      { target: "zip", arch: ["arm64"] },
    ],
    category: "public.app-category.photography",
    hardenedRuntime: true,
  },
  linux: {
    target: [
      { target: "AppImage", arch: ["x64", "arm64"] },
      { target: "deb", arch: ["x64", "arm64"] },
    ],
    category: "Graphics",
    maintainer: "The Likeness authors",
    synopsis: "Explore an image folder without labels",
  },
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  },
  publish: null,
};
