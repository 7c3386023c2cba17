// How H5Web begins to draw images: in greys, black for the least, with their first row at the top, as
// microscopes and quick looks do. H5Web alone keeps what a person has chosen since, in the browser's
// storage.

const HEATMAP = "h5web:heatmap";
const VERSION = 12; // H5Web's of what it keeps there: of another one it forgets all
const BEGUN = { flipYAxis: true, colorMap: "Greys" };

/** Begin heatmaps so, unless `storage` holds what H5Web has kept of a person's choice. */
export function upright(storage) {
  if (kept(storage.getItem(HEATMAP))) return;
  storage.setItem(HEATMAP, JSON.stringify({ state: BEGUN, version: VERSION }));
}

function kept(text) {
  try {
    return JSON.parse(text)?.version === VERSION;
  } catch {
    return false;
  }
}
