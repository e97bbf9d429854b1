// Where a head points, by the best fit of a model of a head to its points (fer_web/vision/pose.py).

import { distance, mean } from "./geometry.js";

const STEPS = 10;
const DEGREES = 180 / Math.PI;

export function poseOf(face, rules, size) {
  if (face.mesh) return headPose(rules.MESH_HEAD, face.mesh, mean([face.mesh[33], face.mesh[133]]), mean([face.mesh[263], face.mesh[362]]), size);
  return face.five ? headPose(rules.FIVE_HEAD, face.five, face.five[0], face.five[1], size) : null;
}

function headPose(head, found, rightEye, leftEye, size) {
  const chosen = head.numbers.map((number) => found[number]);
  const middle = mean(chosen);
  const points = chosen.map(([x, y]) => [x - middle[0], y - middle[1]]);
  const apart = distance(rightEye, leftEye);
  if (!(apart >= 1)) return null;
  const focal = Math.max(size.width, size.height);
  const tilt = Math.atan2(leftEye[1] - rightEye[1], leftEye[0] - rightEye[0]);
  let turn = [[Math.cos(tilt), -Math.sin(tilt), 0], [Math.sin(tilt), Math.cos(tilt), 0], [0, 0, 1]];
  let place = [0, 0, (focal * head.eye_distance) / apart];
  let [damping, error] = [1e-3, errorOf(head.places, points, turn, place, focal)];
  for (let step = 0; step < STEPS; step += 1) {
    const change = bestStep(head.places, points, turn, place, focal, damping);
    if (!change) break;
    const [nextTurn, nextPlace] = [times(rotation(change.slice(0, 3)), turn), place.map((value, axis) => value + change[3 + axis])];
    const next = errorOf(head.places, points, nextTurn, nextPlace, focal);
    if (next < error) {
      [turn, place, error, damping] = [nextTurn, nextPlace, next, damping / 10];
      if (Math.hypot(...change) < 1e-4) break;
    } else damping *= 10;
  }
  const residual = Math.sqrt(error / points.length) / ((focal * head.eye_distance) / place[2]);
  return residual >= 0 && residual <= head.most_residual ? angles(turn) : null;
}

// Of a rotation from the model to the camera; null when the head looks away from it.
function angles(turn) {
  const [x, y, z] = turn.map((row) => -row[2]);
  if (!(z < 0)) return null;
  return { yaw_deg: DEGREES * Math.atan2(x, -z), pitch_deg: DEGREES * Math.asin(Math.min(Math.max(-y, -1), 1)), roll_deg: DEGREES * Math.atan2(turn[1][0], turn[1][1]) };
}

function errorOf(places, points, turn, place, focal) {
  return places.reduce((sum, point, at) => {
    const [x, y, z] = turned(turn, point).map((value, axis) => value + place[axis]);
    return sum + ((focal * x) / z - points[at][0]) ** 2 + ((focal * y) / z - points[at][1]) ** 2;
  }, 0);
}

// The change of turn and place that a damped least squares step asks for (Levenberg and Marquardt).
function bestStep(places, points, turn, place, focal, damping) {
  const normal = Array.from({ length: 6 }, () => new Float64Array(7));
  places.forEach((point, at) => {
    const [qx, qy, qz] = turned(turn, point);
    const [x, y, z] = [qx + place[0], qy + place[1], qz + place[2]];
    const [dx, dy, dz] = [[0, qz, -qy, 1, 0, 0], [-qz, 0, qx, 0, 1, 0], [qy, -qx, 0, 0, 0, 1]];
    for (const [along, value, seen] of [[dx, x, points[at][0]], [dy, y, points[at][1]]]) {
      const slope = along.map((part, number) => (focal / z) * (part - (value / z) * dz[number]));
      const missing = seen - (focal * value) / z;
      for (let row = 0; row < 6; row += 1) {
        for (let column = 0; column < 6; column += 1) normal[row][column] += slope[row] * slope[column];
        normal[row][6] += slope[row] * missing;
      }
    }
  });
  for (let row = 0; row < 6; row += 1) normal[row][row] *= 1 + damping;
  return solved(normal);
}

// Of equations with their right side in the last column; null when there is no one solution.
function solved(rows) {
  const count = rows.length;
  for (let column = 0; column < count; column += 1) {
    const best = rows.slice(column).reduce((most, row, at) => (Math.abs(row[column]) > Math.abs(rows[most][column]) ? column + at : most), column);
    [rows[column], rows[best]] = [rows[best], rows[column]];
    if (!(Math.abs(rows[column][column]) > 1e-12)) return null;
    rows.forEach((row, at) => {
      if (at === column) return;
      const share = row[column] / rows[column][column];
      for (let place = column; place <= count; place += 1) row[place] -= share * rows[column][place];
    });
  }
  return rows.map((row, at) => row[count] / row[at]);
}

function rotation(way) {
  const angle = Math.hypot(...way);
  if (angle < 1e-12) return [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  const [x, y, z] = way.map((part) => part / angle);
  const [c, s, v] = [Math.cos(angle), Math.sin(angle), 1 - Math.cos(angle)];
  return [[c + x * x * v, x * y * v - z * s, x * z * v + y * s], [y * x * v + z * s, c + y * y * v, y * z * v - x * s], [z * x * v - y * s, z * y * v + x * s, c + z * z * v]];
}

const turned = (turn, point) => turn.map((row) => row[0] * point[0] + row[1] * point[1] + row[2] * point[2]);
const times = (one, other) => one.map((row) => [0, 1, 2].map((column) => row.reduce((sum, value, at) => sum + value * other[at][column], 0)));
