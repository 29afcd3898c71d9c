/**
 * @file The classes that a person gave, with a few images of each.
 */
import { showPath } from "../../../base/path-bytes.ts";
import type { ImageFacts } from "../../data/image-facts.ts";
import { shownIn, type ReportContext, type Section } from "../context.ts";
import { html, name } from "../html.ts";
import { counted, number, share } from "../words.ts";

const mostClasses = 40;
const mostOfAClass = 5;

/** Null where there are no labels. */
export function classesSection(context: ReportContext): Section | null {
  const { images, album } = context;
  const classes = new Map<string, ImageFacts[]>();
  for (const image of images) {
    if (image.label === null) continue;
    const found = classes.get(image.label);
    if (found) found.push(image);
    else classes.set(image.label, [image]);
  }
  if (classes.size === 0) return null;
  const ordered = [...classes].sort((one, other) => other[1].length - one[1].length || (one[0] < other[0] ? -1 : 1));
  const labelled = ordered.reduce((sum, [, members]) => sum + members.length, 0);
  return {
    id: "classes",
    title: "Classes",
    note: counted(classes.size, "class", "classes"),
    body: html`<p>${counted(labelled, "image has", "images have")} a label, ${share(labelled, images.length)} of all.</p>
      ${ordered.slice(0, mostClasses).map(
        ([label, members]) =>
          html`<article class="group">
            <h3>${name(label)} <span class="second">${counted(members.length, "image")}</span></h3>
            <div class="cards">
              ${members.slice(0, mostOfAClass).map(
                (image) =>
                  html`<figure class="card">
                    ${album.picture(image)}
                    <figcaption class="second">${name(shownIn(context, showPath(image.path)))}</figcaption>
                  </figure>`,
              )}
            </div>
          </article>`,
      )}
      ${ordered.length > mostClasses && html`<p class="second">and ${number(ordered.length - mostClasses)} smaller classes</p>`}`,
  };
}
