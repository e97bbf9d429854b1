// What could be better before somebody records themselves: where the face is, how it is lit, how near it is.

const ASIDE = 0.16; // of the picture's width: a face further from its middle is outside of the outline
const [HIGHEST, LOWEST] = [0.28, 0.64]; // where the middle of a face may be, of the picture's height
const [FAR, NEAR] = [0.24, 0.66]; // the height of a face, of the picture's
const TURNED_DEG = 25;
// Faces of ordinary photographs, unlit rooms among them, have 0.21 to 0.73.
const [DARK, BRIGHT] = [0.2, 0.8];

const good = (text) => ({ isGood: true, text });
const bad = (text) => ({ isGood: false, text });

// `face`, `light` and `distance`, each with `isGood` and a sentence; of the largest face in an analyzed frame. `others` says
// what becomes of further people.
export function checkFrame({ image, results }, others = "The report is about all of them.") {
  if (!results.length) return { face: bad("No face found. Sit in front of the camera."), light: bad("–"), distance: bad("–") };
  const largest = results.reduce((best, one) => (one.region.h > best.region.h ? one : best));
  return { face: checkPlace(largest, image, results.length > 1 ? `There are ${results.length} people. ${others}` : null), light: checkLight(largest), distance: checkDistance(largest, image) };
}

function checkPlace({ region, pose }, image, crowd) {
  if (crowd) return bad(crowd);
  const x = (region.x + region.w / 2) / image.width;
  const y = (region.y + region.h / 2) / image.height;
  if (Math.abs(x - 0.5) > ASIDE) return bad("Move to the middle.");
  if (y < HIGHEST) return bad("Sit lower, or tilt the camera up.");
  if (y > LOWEST) return bad("Sit higher, or tilt the camera down.");
  if (pose && Math.abs(pose.yaw_deg) > TURNED_DEG) return bad("Turn toward the camera.");
  return good("In the outline.");
}

function checkLight({ quality }) {
  if (!quality) return bad("–");
  if (quality.brightness < DARK) return bad("Too dark. Turn on a light in front of you.");
  if (quality.brightness > BRIGHT) return bad("Too bright. Dim the light in front of you.");
  return good("Good.");
}

function checkDistance({ region }, image) {
  const height = region.h / image.height;
  if (height < FAR) return bad("Too far away. Come closer.");
  if (height > NEAR) return bad("Too close. Move back a little.");
  return good("Good.");
}
