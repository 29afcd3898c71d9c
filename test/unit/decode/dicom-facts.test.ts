/**
 * @file The facts of DICOM files: every coding, names of every alphabet, places in space, enhanced files; and who the patient is, apart from the rest.
 */
import { describe, expect, test } from "vitest";

import { readDicomFacts, withoutPatient } from "#engine/ingest/decode/dicom-facts.ts";

import { dicomFile, greyHeader, withElements, type DicomElements } from "../../fixtures/dicom.ts";

const described: DicomElements = [
  [0x00080018, "UI", "1.2.3.9"],
  [0x00080020, "DA", "20040826"],
  [0x00080060, "CS", "CT"],
  [0x00080070, "LO", "Acme"],
  [0x00081030, "LO", "e+1"],
  [0x0008103e, "LO", "THIN AXIAL "],
  [0x00081090, "LO", "Scanner 3"],
  [0x00100010, "PN", "Doe^Jane^^Dr"],
  [0x00100020, "LO", "4711"],
  [0x00100030, "DA", "1957.03.02"],
  [0x00100040, "CS", "F"],
  [0x00180015, "CS", "CHEST"],
  [0x00180050, "DS", "2.5"],
  [0x00185101, "CS", "PA"],
  [0x0020000d, "UI", "1.2.3"],
  [0x0020000e, "UI", "1.2.3.4"],
  [0x00200011, "IS", "2"],
  [0x00200013, "IS", "17"],
  [0x00200032, "DS", "-158.1\\-179.0\\-75.7"],
  [0x00200037, "DS", "1\\0\\0\\0\\1\\0"],
  [0x00200060, "CS", "L"],
  [0x00280030, "DS", "0.66\\0.7"],
  [0x00280301, "CS", "YES"],
  [0x00281050, "DS", "40\\-600"],
  [0x00281051, "DS", "400\\1500"],
  [0x00281055, "LO", "SOFT\\LUNG"],
];
const file = withElements(greyHeader(3, 4), ...described);
const expected = {
  modality: "CT",
  bodyPart: "CHEST",
  laterality: "L",
  viewPosition: "PA",
  studyDate: "2004-08-26",
  studyDescription: "e+1",
  seriesDescription: "THIN AXIAL",
  studyInstanceUid: "1.2.3",
  seriesInstanceUid: "1.2.3.4",
  sopInstanceUid: "1.2.3.9",
  seriesNumber: 2,
  instanceNumber: 17,
  manufacturer: "Acme",
  device: "Scanner 3",
  rows: 3,
  columns: 4,
  frames: 1,
  slicePosition: -75.7,
  orientation: [1, 0, 0, 0, 1, 0],
  pixelSpacing: [0.66, 0.7],
  sliceThickness: 2.5,
  windows: [
    { centre: 40, width: 400, name: "SOFT" },
    { centre: -600, width: 1500, name: "LUNG" },
  ],
  burnedInAnnotation: true,
  patient: { name: "Doe, Jane Dr", id: "4711", birthDate: "1957-03-02", sex: "F" },
};

describe("every coding tells the same", () => {
  const implicit = "1.2.840.10008.1.2";
  test.each([
    ["explicit", dicomFile(file)],
    ["implicit", dicomFile(file, { syntax: implicit })],
    ["big endian", dicomFile(file, { syntax: "1.2.840.10008.1.2.2" })],
    ["deflated", dicomFile(file, { syntax: "1.2.840.10008.1.2.1.99" })],
    ["without preamble", dicomFile(file, { preamble: false })],
    ["without preamble and meta group", dicomFile(file, { preamble: false, meta: false })],
    ["implicit, without both", dicomFile(file, { syntax: implicit, preamble: false, meta: false })],
    ["big endian, without both", dicomFile(file, { syntax: "1.2.840.10008.1.2.2", preamble: false, meta: false })],
    [
      "implicit where explicit is claimed",
      Buffer.concat([dicomFile([]), dicomFile(file, { syntax: implicit, preamble: false, meta: false })]),
    ],
  ])("%s", (_name, bytes) => {
    expect(readDicomFacts(bytes)).toEqual(expected);
  });

  test("a file that says nothing", () => {
    const facts = readDicomFacts(dicomFile([[0x00080060, "CS", ""]]));
    expect(facts).toMatchObject({ modality: null, frames: 1, slicePosition: null, windows: [], burnedInAnnotation: null });
    expect(facts.patient).toEqual({ name: null, id: null, birthDate: null, sex: null });
  });
});

test("nothing of the patient is left without the patient", () => {
  const text = JSON.stringify(withoutPatient(readDicomFacts(dicomFile(file))));
  for (const secret of ["Doe", "Jane", "4711", "1957"]) expect(text).not.toContain(secret);
});

test("slices are ordered along their normal, whichever way it points", () => {
  const position = (orientation: string, place: string): number | null =>
    readDicomFacts(
      dicomFile([
        [0x00200032, "DS", place],
        [0x00200037, "DS", orientation],
      ]),
    ).slicePosition;
  // Sagittal: rows run to the back, columns to the feet, so the normal points to the left of the patient as x does, turned around.
  expect(position("0\\1\\0\\0\\0\\-1", "12.5\\3\\4")).toBe(-12.5);
  expect(position("1\\0\\0\\0\\0\\-1", "1\\20\\3")).toBe(20);
  // Tilted by 30 degrees about x: normal (0, -1/2, sqrt(3)/2)
  expect(position("1\\0\\0\\0\\0.8660254\\0.5", "5\\2\\10")).toBeCloseTo(-1 + 8.660254, 4);
  expect(position("0\\0\\0\\0\\0\\0", "5\\2\\10")).toBeNull();
});

test.each([
  ["ISO_IR 100", Buffer.from("Buc^J\xe9r\xf4me", "latin1"), "Buc, Jérôme"],
  ["ISO_IR 192", Buffer.from("Wang^XiaoDong=王^小東"), "Wang, XiaoDong / 王 小東"],
  ["GB18030", Buffer.from("Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab", "latin1"), "Wang, XiaoDong / 王 小东"],
  ["ISO_IR 144", Buffer.from("\xbb\xee\xda\x63\x65\xdc\xd1\xe3\xe0\xd3", "latin1"), "Люкceмбург"],
  ["\\ISO 2022 IR 87", Buffer.from("Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", "latin1"), "Yamada, Tarou / 山田 太郎"],
  [
    "ISO 2022 IR 13\\ISO 2022 IR 87",
    Buffer.from("\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J", "latin1"),
    "ﾔﾏﾀﾞ, ﾀﾛｳ / 山田 太郎",
  ],
  [
    "\\ISO 2022 IR 149",
    Buffer.from("Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf", "latin1"),
    "Hong, Gildong / 洪 吉洞 / 홍 길동",
  ],
  ["", Buffer.from("^^^^"), null],
])("names in %s", (set, name, readable) => {
  const facts = readDicomFacts(
    dicomFile([
      [0x00080005, "CS", set],
      [0x00100010, "PN", name],
    ]),
  );
  expect(facts.patient.name).toBe(readable);
});

describe.each([true, false])("an enhanced file, delimited: %s", (delimited) => {
  const frame = (z: number): DicomElements => [
    [0x00209113, "SQ", [[[0x00200032, "DS", `0\\0\\${z}`]]]],
    [
      0x00289132,
      "SQ",
      [
        [
          [0x00281050, "DS", String(z)],
          [0x00281051, "DS", "100"],
        ],
      ],
    ],
  ];
  const enhanced = withElements(
    greyHeader(3, 4),
    [0x00080060, "CS", "MR"],
    [0x00082218, "SQ", [[[0x00080104, "LO", "Brain"]]]],
    [0x00280008, "IS", "3"],
    [
      0x52009229,
      "SQ",
      [
        [
          [0x00209116, "SQ", [[[0x00200037, "DS", "1\\0\\0\\0\\1\\0"]]]],
          [
            0x00289110,
            "SQ",
            [
              [
                [0x00180050, "DS", "4"],
                [0x00280030, "DS", "1\\1"],
              ],
            ],
          ],
        ],
      ],
    ],
    [0x52009230, "SQ", [frame(10), frame(20), frame(30)]],
  );

  test.each(["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"])("the middle frame speaks in %s", (syntax) => {
    expect(readDicomFacts(dicomFile(enhanced, { syntax, delimited }))).toMatchObject({
      bodyPart: "Brain",
      frames: 3,
      slicePosition: 20,
      pixelSpacing: [1, 1],
      sliceThickness: 4,
      windows: [{ centre: 20, width: 100, name: null }],
    });
  });
});

test("a table for the window comes before the windows", () => {
  const { windows } = readDicomFacts(
    dicomFile([
      [0x00281050, "DS", "40"],
      [0x00281051, "DS", "400"],
      [0x00283010, "SQ", [[[0x00283003, "LO", "BONE"]]]],
    ]),
  );
  expect(windows).toEqual([
    { centre: null, width: null, name: "BONE" },
    { centre: 40, width: 400, name: null },
  ]);
});
