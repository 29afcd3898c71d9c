/**
 * @file Groups of duplicates: most bytes to gain first, each copy with the reason why it is kept or not.
 */
import type { DuplicateGroup } from "#protocol/duplicate-model.ts";

import { shownIn, type ReportContext, type Section } from "../context.ts";
import { html, name, type Markup } from "../html.ts";
import { counted, number, relationOrder, relationWords, size } from "../words.ts";

const mostGroups = 40;
const mostMembers = 6;

export function duplicatesSection(context: ReportContext): Section | null {
  if (!context.collection.summary().ready.duplicates) return null;
  const view = context.collection.groups();
  const { copies, gainBytes } = view;
  const groups = view.all();
  const kinds = relationOrder.filter((relation) => view.counts[relation] > 0);
  return {
    id: "duplicates",
    title: "Duplicates",
    note: groups.length === 0 ? "none" : counted(groups.length, "group"),
    body:
      groups.length === 0
        ? html`<p>No two images show the same picture.</p>`
        : html`<p>
              ${counted(copies, "image")} could go, which would free <strong>${size(gainBytes)}</strong>. Every pair was compared on its
              pixels. By kind: ${kinds.map((relation) => `${relationWords[relation]} ${number(view.counts[relation])}`).join(", ")}.
            </p>
            ${groups.slice(0, mostGroups).map((group) => shownGroup(context, group))}
            ${groups.length > mostGroups && html`<p class="second">and ${counted(groups.length - mostGroups, "more group")}</p>`}`,
  };
}

function shownGroup(context: ReportContext, { relation, members, gainBytes }: DuplicateGroup): Markup {
  const ordered = [...members].sort((one, other) => Number(other.keep) - Number(one.keep));
  return html`<article class="group">
    <h3 class="kind">
      ${relationWords[relation]}
      <span class="second">${counted(members.length, "file")}${gainBytes > 0 && `, ${size(gainBytes)} to gain`}</span>
    </h3>
    <div class="cards">
      ${ordered.slice(0, mostMembers).map(({ id, path, width, height, sizeBytes, format, keep, reason }) => {
        const image = context.byId.get(id);
        return html`<figure class="card">
          ${image && context.album.picture(image)}
          <figcaption>
            ${name(shownIn(context, path))}
            <div class="second">${width} x ${height}, ${format.toUpperCase()}, ${size(sizeBytes)}</div>
            ${relation !== "same-scene" && html`<div><span class="${keep ? "good" : "look"}">${keep ? "keep" : "copy"}</span> <span class="second">${reason}</span></div>`}
          </figcaption>
        </figure>`;
      })}
    </div>
    ${members.length > mostMembers && html`<p class="second">and ${counted(members.length - mostMembers, "more file")}</p>`}
  </article>`;
}
