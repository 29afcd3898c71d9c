/** @file Files dropped into a page, as a file manager drops them. */
import type { Page } from "playwright-core";

export interface FileToDrop {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** @param target selector of the element that they are dropped on */
export async function dropFiles(page: Page, files: readonly FileToDrop[], target = "body"): Promise<void> {
  const given = files.map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes).toString("base64") }));
  const transfer = await page.evaluateHandle((list) => {
    const dropped = new DataTransfer();
    for (const { name, bytes } of list) dropped.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name));
    return dropped;
  }, given);
  for (const type of ["dragenter", "dragover", "drop"]) await page.dispatchEvent(target, type, { dataTransfer: transfer });
}
