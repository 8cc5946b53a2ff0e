// Corners, boxes and texts of plates. Pixels of the picture; corners run clockwise from the
// plate's own top-left one.

const SAME_PLATE = 0.4; // of the area of both
const LONG = 1.8; // width / height of plates that do not stand upright

export const round = (value) => Math.round(value * 10) / 10;

/** Give the corners of a plate, those of its box where it has no others. */
export function cornersOf(plate) {
  if (plate.corners?.length === 4) return plate.corners.map(([x, y]) => [x, y]);
  const [x1, y1, x2, y2] = plate.box;
  return [[x1, y1], [x2, y1], [x2, y2], [x1, y2]];
}

/** Give the box around corners, inside of a picture; null when nothing of it is there. */
export function boxOf(corners, { width, height }) {
  const xs = corners.map((point) => point[0]);
  const ys = corners.map((point) => point[1]);
  const box = [
    Math.max(0, Math.min(...xs)), Math.max(0, Math.min(...ys)),
    Math.min(width, Math.max(...xs)), Math.min(height, Math.max(...ys)),
  ].map(round);
  return box[2] - box[0] >= 1 && box[3] - box[1] >= 1 ? box : null;
}

/** Give the corners of a box. */
export function rectangle([x1, y1], [x2, y2]) {
  const [left, right] = x1 < x2 ? [x1, x2] : [x2, x1];
  const [top, bottom] = y1 < y2 ? [y1, y2] : [y2, y1];
  return [[left, top], [right, top], [right, bottom], [left, bottom]];
}

/** Give a plate with other corners, or null when they leave the picture. */
export function withCorners(plate, corners, picture) {
  const box = boxOf(corners, picture);
  if (!box) return null;
  const changed = { ...plate, box };
  if (plate.corners?.length === 4) changed.corners = corners.map((point) => point.map(round));
  return changed;
}

/** Give the corners after one is put elsewhere: those of a mere box stay a box. */
export function moveCorner(plate, number, [x, y]) {
  const corners = cornersOf(plate);
  corners[number] = [x, y];
  if (plate.corners?.length === 4) return corners;
  const opposite = corners[(number + 2) % 4];
  return rectangle([x, y], opposite);
}

/**
 * Give four clicked points clockwise, from the plate's top-left corner: its top edge is the one
 * that leads farthest to the right, of a long plate one of its long sides.
 */
export function inOrder(points) {
  const cx = points.reduce((sum, point) => sum + point[0], 0) / 4;
  const cy = points.reduce((sum, point) => sum + point[1], 0) / 4;
  const angle = ([x, y]) => Math.atan2(y - cy, x - cx);
  const sorted = [...points].sort((a, b) => angle(a) - angle(b));
  const edges = sorted.map(([x, y], i) => [sorted[(i + 1) % 4][0] - x, sorted[(i + 1) % 4][1] - y]);
  const long = edges.map(([x, y]) => Math.hypot(x, y));
  const ratio = (long[0] + long[2]) / (long[1] + long[3]);
  const isTop = (i) => (ratio > LONG ? i % 2 === 0 : ratio < 1 / LONG ? i % 2 === 1 : true);
  const first = [0, 1, 2, 3].filter(isTop).reduce((best, i) => (edges[i][0] > edges[best][0] ? i : best));
  return [0, 1, 2, 3].map((i) => sorted[(first + i) % 4]);
}

/** Tell whether corners enclose a convex area, clockwise. */
export function isPlateShape(corners) {
  return corners.every((a, i) => {
    const b = corners[(i + 1) % 4];
    const c = corners[(i + 2) % 4];
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]) > 0;
  });
}

/** Give how much two boxes have in common, 0 to 1. */
function overlap(a, b) {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const area = (box) => (box[2] - box[0]) * (box[3] - box[1]);
  return (width * height) / (area(a) + area(b) - width * height);
}

/** Tell whether two labels mean the same plate. */
export const isSamePlate = (a, b) => overlap(a.box, b.box) > SAME_PLATE;

/** Give a text as labels have it: A-Z and 0-9 only. */
export const normalise = (text) => text.toUpperCase().replace(/[^A-Z0-9]/g, "");

/** Make a new plate; "" as its text says that nobody has typed it yet, null that nobody can. */
export function newPlate(corners, picture, { free = false } = {}) {
  const box = boxOf(corners, picture);
  if (!box) return null;
  const plate = { box, text: "", rows: 1, other_script: false };
  if (free) plate.corners = corners.map((point) => point.map(round));
  return plate;
}

/** Make a plate of a proposal. */
export function plateOf(proposal, picture) {
  const plate = newPlate(proposal.corners, picture, { free: true });
  if (!plate) return null;
  plate.text = proposal.readable ? proposal.text : "";
  plate.rows = proposal.rows;
  if (proposal.region) plate.region = proposal.region;
  return plate;
}
