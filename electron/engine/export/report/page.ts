/**
 * @file The page around the sections. It loads nothing: pictures and style are inside, there is no script, and its content security policy forbids
 * whatever is not: even markup that slipped through could neither run nor send.
 */
import { createHash } from "node:crypto";

import { productVersion } from "../../base/version.ts";
import type { Section } from "./context.ts";
import { html, Markup, name } from "./html.ts";
import { styles } from "./styles.ts";
import { counted, moment } from "./words.ts";

export interface PageParts {
  readonly title: string;
  readonly sections: readonly Section[];
  /** Small pictures in it. */
  readonly pictures: number;
  readonly refused: number;
  readonly images: number;
  readonly nowMs: number;
  readonly withPictures: boolean;
}

export function reportPage({ title, sections, pictures, refused, images, nowMs, withPictures }: PageParts): string {
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${createHash("sha256").update(styles).digest("base64")}'; base-uri 'none'; form-action 'none'`;
  // In one piece: the policy names the hash of exactly this text.
  const style = new Markup(`<style>${styles}</style>`);
  const holds = withPictures
    ? `This file contains small copies of ${counted(pictures, "picture")} and names of files and folders. Pass it on only to people who may see them.`
    : "This file contains names of files and folders, and no pictures.";
  const limit =
    refused > 0
      ? ` A report holds a limited number of pictures so that it opens quickly: ${counted(refused, "place")} stayed empty. The app shows all of them.`
      : "";
  return `<!doctype html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}: report</title>
        ${style}
      </head>
      <body class="${withPictures ? "" : "bare"}">
        <main>
          <header>
            <h1>${name(title)}</h1>
            <div class="second">${counted(images, "image")}, looked at on ${moment(nowMs)}</div>
            <p class="notice">${holds}${limit}</p>
          </header>
          <nav>
            <ul>
              ${sections.map((section) => html`<li><a href="#${section.id}">${section.title}</a> <span class="second">${section.note}</span></li>`)}
            </ul>
          </nav>
          ${sections.map(
            (section) =>
              html`<section id="${section.id}">
                <h2>${section.title} <span class="second">${section.note}</span></h2>
                ${section.body}
              </section>`,
          )}
          <footer>Written by Likeness ${productVersion}. The images themselves were not changed.</footer>
        </main>
      </body>
    </html>`.text
  }\n`;
}
