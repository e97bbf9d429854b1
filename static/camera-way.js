// Where a camera's pictures are analyzed: by the service, or on this device, as the page says.

import { Link } from "./camera-link.js";
import { DeviceLink } from "./ondevice/device-link.js";

const QUALITY = 0.8;

export const isOnDevice = ({ manifest }) => manifest !== undefined;

export function openLink(addresses) {
  return isOnDevice(addresses) ? new DeviceLink(addresses) : new Link(addresses);
}

// What `send` of such a link takes, of a canvas.
export function encoding(addresses) {
  if (isOnDevice(addresses)) return (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return (canvas) => new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}
