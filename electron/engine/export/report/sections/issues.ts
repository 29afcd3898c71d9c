/**
 * @file Quality issues by kind, with counts and the values that were found.
 */
import { issueKinds } from "#protocol/model.ts";

import { showPath } from "../../../base/path-bytes.ts";
import { listIssueEntries } from "../../../views/issues.ts";
import { shownIn, type ReportContext, type Section } from "../context.ts";
import { html, name } from "../html.ts";
import { counted, issueWords, number, share } from "../words.ts";

const mostOfAKind = 8;

export function issuesSection(context: ReportContext): Section | null {
  const { collection, byId, album, images } = context;
  if (!collection.summary().ready.outliers) return null;
  const { total, counts } = listIssueEntries(collection, null, 0, 0);
  const kinds = issueKinds
    .filter((kind) => (counts[kind] ?? 0) > 0)
    .sort((one, other) => (counts[other] as number) - (counts[one] as number));
  return {
    id: "issues",
    title: "Issues",
    note: total === 0 ? "none" : number(total),
    body:
      total === 0
        ? html`<p>
            No image is blurred, dark, bright, blank, cut off, wrongly named, or of an unusual size, shape or colour profile, and none has
            text burned in.
          </p>`
        : html`${kinds.map((kind) => {
            const { entries } = listIssueEntries(collection, kind, 0, mostOfAKind);
            const count = counts[kind] as number;
            return html`<article class="group">
              <h3>${issueWords[kind]} <span class="second">${counted(count, "image")}, ${share(count, images.length)}</span></h3>
              <div class="cards">
                ${entries.map(({ id, text }) => {
                  const image = byId.get(id);
                  return (
                    image !== undefined &&
                    html`<figure class="card">
                      ${album.picture(image)}
                      <figcaption>
                        ${name(shownIn(context, showPath(image.path)))}
                        <div class="second">${text}</div>
                      </figcaption>
                    </figure>`
                  );
                })}
              </div>
              ${count > entries.length && html`<p class="second">and ${number(count - entries.length)} more</p>`}
            </article>`;
          })}`,
  };
}
