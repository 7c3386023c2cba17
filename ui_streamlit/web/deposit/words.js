// Sizes, speeds and times as people read them.

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Return bytes with a decimal unit: `1.5 GB`. */
export function bytes(count) {
  let place = 0;
  let value = count;
  while (value >= 999.5 && place < UNITS.length - 1) {
    value /= 1000;
    place += 1;
  }
  return `${place && value < 99.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[place]}`;
}

/** Return seconds as `a few seconds`, `4 min`, `2 h 5 min`. */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 50) return seconds < 10 ? "a few seconds" : `${Math.round(seconds / 10) * 10} s`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Return `1 file`, `2,000 files`. */
export function counted(count, word) {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}
