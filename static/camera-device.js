// The browser's camera: opening it, what there is to choose from, and words for what can go wrong.

const WANTED = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } };

// Why no camera can be had on this page at all; null when one may.
export function obstacle() {
  if (!window.isSecureContext) {
    return `Browsers allow cameras only on pages that use HTTPS or come from this machine (http://localhost). This page came from ${location.origin}.`;
  }
  if (!navigator.mediaDevices?.getUserMedia) return "This browser does not support cameras in pages.";
  return null;
}

export function openCamera(deviceId) {
  const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "user" };
  return navigator.mediaDevices.getUserMedia({ audio: false, video: { ...WANTED, ...which } });
}

export function closeCamera(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

// Their names are known only once a camera was allowed.
export async function listCameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === "videoinput").map(({ deviceId, label }, place) => ({ deviceId, label: label || `Camera ${place + 1}` }));
}

export function explain(error) {
  switch (error?.name) {
    case "NotAllowedError":
      return /system/i.test(error.message)
        ? "The system does not let this browser use the camera: allow it in the system's privacy settings, then start again."
        : "Camera access was denied. Allow it for this page (the icon beside the address), then start again.";
    case "NotFoundError":
    case "OverconstrainedError":
      return "No camera was found. Connect one, then start again.";
    case "NotReadableError":
    case "AbortError":
      return "The camera cannot be read: another program may be using it. Close that program, then start again.";
    case "SecurityError":
      return "This browser does not let pages use the camera.";
    default:
      return `The camera could not be started: ${error?.message ?? error}.`;
  }
}
