/**
 * @file How the report looks: the app's colours, light where it is printed, dark where the reader's system is.
 */
export const styles = `
:root { color-scheme: light; --window: #f6f6f6; --panel: #fff; --line: #dcdcdc; --text: #1b1b1b; --second: #5f5f5f; --accent: #1f5fae; --amber: #7a5200; --green: #1d6b3a; --empty: #ececec; }
@media screen and (prefers-color-scheme: dark) {
  :root { color-scheme: dark; --window: #161616; --panel: #1e1e1e; --line: #333; --text: #e8e8e8; --second: #a0a0a0; --accent: #7fb2f0; --amber: #e0b050; --green: #7ccb95; --empty: #262626; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--window); color: var(--text); font: 13px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
main { max-width: 1080px; margin: 0 auto; padding: 24px 24px 48px; }
h1 { margin: 0; font-size: 22px; line-height: 1.3; font-weight: 600; }
h2 { margin: 0 0 8px; font-size: 15px; font-weight: 600; }
h3 { margin: 20px 0 8px; font-size: 13px; font-weight: 600; }
p { margin: 0 0 12px; max-width: 76ch; }
a { color: var(--accent); }
code { font-size: 12px; }
section { margin-top: 16px; padding: 16px; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; }
.kind::first-letter { text-transform: uppercase; }
h2 .second, h3 .second { font-weight: 400; margin-left: 4px; }
.second { color: var(--second); }
.good { color: var(--green); font-weight: 600; }
.look { color: var(--amber); font-weight: 600; }
.notice { margin: 12px 0 0; padding: 8px 12px; border-left: 3px solid var(--amber); background: var(--panel); max-width: none; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 16px 0 0; padding: 0; list-style: none; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 0; }
.facts dt { color: var(--second); }
.facts dd { margin: 0; }
.plain { margin: 0; padding: 0; list-style: none; }
.map { display: block; width: 100%; height: auto; border: 1px solid var(--line); border-radius: 2px; }
.map.dark { display: none; }
@media screen and (prefers-color-scheme: dark) { .map.dark { display: block; } .map.light { display: none; } }
.map text { font: 600 12px system-ui, sans-serif; text-anchor: middle; dominant-baseline: central; fill: var(--text); stroke: var(--window); stroke-width: 3px; paint-order: stroke; }
.swatch { width: 10px; height: 10px; margin-right: 6px; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(152px, 1fr)); gap: 16px 12px; align-items: start; margin-top: 12px; }
.card { margin: 0; min-width: 0; }
.card figcaption { margin-top: 4px; font-size: 12px; line-height: 1.4; }
.picture { display: flex; align-items: center; justify-content: center; height: 120px; background: var(--empty); border-radius: 2px; overflow: hidden; }
.picture img { outline: 1px solid var(--line); outline-offset: -1px; border-radius: 2px; display: block; max-width: 100%; max-height: 100%; width: auto; height: auto; }
.group + .group { margin-top: 20px; padding-top: 4px; border-top: 1px solid var(--line); }
.rows { margin: 0; padding: 0; list-style: none; }
.row { display: grid; grid-template-columns: 152px minmax(0, 1fr) minmax(0, 1.6fr); gap: 12px; align-items: start; padding: 12px 0; border-top: 1px solid var(--line); }
.nearest { display: grid; grid-template-columns: 56px repeat(3, minmax(0, 1fr)); gap: 8px; font-size: 12px; line-height: 1.4; }
.nearest .picture { height: 80px; }
.bare .row { grid-template-columns: minmax(0, 1fr) minmax(0, 1.6fr); }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 4px 12px 4px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--second); font-weight: 400; }
.number { text-align: right; padding-right: 0; padding-left: 12px; white-space: nowrap; }
footer { margin-top: 24px; color: var(--second); font-size: 12px; }
@media (max-width: 640px) { main { padding: 12px; } .row, .bare .row { grid-template-columns: minmax(0, 1fr); } .nearest { grid-template-columns: repeat(3, minmax(0, 1fr)); } .nearest > span { grid-column: 1 / -1; } }
@media print {
  @page { margin: 14mm; }
  body { background: none; font-size: 10pt; }
  main { max-width: none; padding: 0; }
  nav { display: none; }
  section { border: 0; padding: 0; margin-top: 20px; }
  .card, .row, .map, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .picture { background: none; }
}
`;
