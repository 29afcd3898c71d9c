/**
 * @file Counts a test run out of vitest's JSON report.
 */

/**
 * A file that could not be loaded counts as one failure, and so does a run that ended badly although no test failed (an unhandled
 * error, a missing report).
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countTests(report, exitCode) {
  const files = report?.testResults ?? [];
  const brokenFiles = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  const failed = (report?.numFailedTests ?? 0) + brokenFiles;
  return {
    passed: report?.numPassedTests ?? 0,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  };
}

/** Test files -> what failed in them and the first line of why, for the end of a long log. */
export function failures(report, root = "") {
  const lines = [];
  for (const file of report?.testResults ?? []) {
    const name = file.name.startsWith(root) ? file.name.slice(root.length).replace(/^[\\/]/, "") : file.name;
    const tests = file.assertionResults.filter((test) => test.status === "failed");
    if (file.status === "failed" && tests.length === 0) lines.push(`${name}: ${firstLine(file.message)}`);
    for (const test of tests) lines.push(`${name}: ${test.fullName}: ${(test.failureMessages ?? []).map(firstLine).join("; ")}`);
  }
  return lines;
}

function firstLine(text) {
  return (text ?? "")
    .replaceAll(/\u001b\[\d*m/g, "")
    .split("\n")[0]
    .slice(0, 900);
}

/** The last line of `npm test`. */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
