// Where a camera's pictures are analyzed: by the service, or on this device, as the page says.

import { asJpeg } from "./camera-frames.js";
import { Link } from "./camera-link.js";
import { DeviceLink } from "./ondevice/device-link.js";

export const isOnDevice = ({ manifest }) => manifest !== undefined;

export function openLink(addresses) {
  return isOnDevice(addresses) ? new DeviceLink(addresses) : new Link(addresses);
}

// What `send` of such a link takes, of a canvas.
export function encoding(addresses) {
  return isOnDevice(addresses) ? pixelsOf : asJpeg;
}

const pixelsOf = (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
