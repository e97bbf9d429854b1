// Making elements and writing numbers.

export const POSE = "Yaw, pitch, roll";
export const QUALITY = "Sharpness, light";

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function write(node, text) {
  if (node.textContent !== text) node.textContent = text; // touching the page costs more than comparing
}

// Work that a button starts. Meanwhile it does nothing more; it keeps the focus, which a disabled one would lose.
export async function during(button, work) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    await work();
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

export const percent = (share) => `${Math.round(share * 100)} %`;
export const plural = (count, word, words = `${word}s`) => `${count} ${count === 1 ? word : words}`;
// 75 s as 1:15, 3675 s as 1:01:15.
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, place) => (place ? String(part).padStart(2, "0") : String(part))).join(":");
}

const degrees = (value) => `${value < 0 ? "−" : ""}${Math.abs(Math.round(value))}°`;

export function poseText(pose) {
  return pose ? [pose.yaw_deg, pose.pitch_deg, pose.roll_deg].map(degrees).join(", ") : "–";
}

const TURNED_DEG = 15;

// Left and right are the person's.
export function headText(pose) {
  if (!pose) return "not judged";
  const ways = [];
  if (Math.abs(pose.yaw_deg) > TURNED_DEG) ways.push(pose.yaw_deg > 0 ? "turned left" : "turned right");
  if (Math.abs(pose.pitch_deg) > TURNED_DEG) ways.push(pose.pitch_deg > 0 ? "raised" : "lowered");
  return ways.join(", ") || "straight";
}

export function qualityText(quality) {
  return quality ? `${percent(quality.sharpness)}, ${percent(quality.brightness)}` : "–";
}

export function gazeText(gaze) {
  return gaze?.looks_at_camera == null ? "not judged" : gaze.looks_at_camera ? "at the camera" : "elsewhere";
}

export function smileText(moves) {
  return moves?.smile == null ? "not judged" : percent(moves.smile);
}

const REASONS = { small: "too small", turned: "turned away", dark: "too dark", bright: "too bright", blurred: "blurred" };

// Why an answer cannot be relied on; empty when it can.
export function doubtText(face) {
  if (!face.uncertain) return "";
  const reason = REASONS[face.uncertain_because];
  return reason ? `uncertain: ${reason}` : "uncertain";
}

export function eyesText(eyes) {
  return eyes?.open == null ? "not judged" : eyes.open ? "open" : "shut";
}
