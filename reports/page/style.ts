/** One style for every page: light and dark by the reader's preference, and printable. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d5d9de; --soft: #f3f5f7;
  --good: #00704f; --bad: #b53c00; --warn: #8a6100; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ea; --paper: #15181c; --line: #3a4047;
  --soft: #1f242a; --good: #3fc79a; --bad: #ff8a5c; --warn: #f0b93a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
p { max-width: 46rem; margin: .5rem 0; }
.dim { opacity: .75; }
.verdict { display: inline-block; padding: .1rem .6rem; border-radius: 4px; border: 1.5px solid;
  font-weight: 600; }
.pass { color: var(--good); }
.violation { color: var(--bad); }
.stuck { color: var(--warn); }
.facts { display: flex; flex-wrap: wrap; gap: .4rem 2rem; margin: 1rem 0; padding: 0; list-style: none; }
.facts b { display: block; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88rem; }
th, td { text-align: left; padding: .22rem .8rem .22rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font: .85rem/1.45 ui-monospace, monospace; background: var(--soft); border-radius: 4px; }
code { padding: .1rem .3rem; }
pre { padding: .7rem .9rem; overflow-x: auto; }
figure { margin: .4rem 0 1rem; overflow-x: auto; }
svg { max-width: 100%; height: auto; }
details summary { cursor: pointer; }
.chips { display: flex; flex-wrap: wrap; gap: .35rem; }
.chips span { background: var(--soft); border-radius: 4px; padding: .05rem .5rem; font-size: .88rem; }
@media print { body { font-size: 11px; } h2 { break-after: avoid; } figure, tr { break-inside: avoid;
  } details { display: block; } }
`;
