/**
 * @file The most unusual images, each with the nearest normal ones as the reason.
 */
import { showPath } from "../../../base/path-bytes.ts";
import { listOutlierEntries } from "../../../views/outliers.ts";
import { shownIn, type ReportContext, type Section } from "../context.ts";
import { html, name } from "../html.ts";
import { counted, issueWords } from "../words.ts";
import type { IssueKind } from "#protocol/model.ts";

const mostOutliers = 24;
/** Of a small folder only the first few are worth a look. */
const mostShare = 0.1;
const fewestOutliers = 6;
const mostNearest = 3;

export function outliersSection(context: ReportContext): Section | null {
  const { collection, images, byId, album } = context;
  const count = Math.min(mostOutliers, Math.max(fewestOutliers, Math.round(mostShare * images.length)));
  const { entries, total } = listOutlierEntries(collection, 0, count);
  if (total === 0) return null;
  return {
    id: "outliers",
    title: "Most unusual",
    note: `first ${entries.length} of ${counted(total, "image")}`,
    body: html`<p>
        Ordered by how little an image is like its neighbours. Unusual is not wrong: beside each are the normal images that come nearest to
        it, which show what it differs from.
      </p>
      <ol class="rows">
        ${entries.map(({ id, percentile, nearest }) => {
          const image = byId.get(id);
          if (image === undefined) return null;
          const issues = image.issues.map((kind) => issueWords[kind as IssueKind] ?? kind).join(", ");
          return html`<li class="row">
            ${album.picture(image)}
            <div class="about">
              ${name(shownIn(context, showPath(image.path)))}
              <div class="second">${standing(percentile)}</div>
              ${issues !== "" && html`<div class="look">${issues}</div>`}
            </div>
            ${
              nearest.length > 0 &&
              html`<div class="nearest">
                <span class="second">nearest normal</span>
                ${nearest.slice(0, mostNearest).map((other) => {
                  const normal = byId.get(other);
                  return (
                    normal &&
                    html`<div>
                      ${album.picture(normal)}
                      <div class="second">${name(shownIn(context, showPath(normal.path)))}</div>
                    </div>`
                  );
                })}
              </div>`
            }
          </li>`;
        })}
      </ol>`,
  };
}

function standing(percentile: number): string {
  if (percentile >= 100) return "the most unusual";
  return `more unusual than ${percentile.toFixed(percentile > 99 ? 1 : 0)} % of the images`;
}
