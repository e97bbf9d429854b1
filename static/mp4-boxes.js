// A stream of fragmented MP4 in whole pieces: beginnings, which name the codec, and pictures.

const HEAD_BYTES = 8;
const MOST_BYTES = 32 * 1024 * 1024; // of one box: a picture has far fewer

export class Mp4Pieces {
  #rest = new Uint8Array(0);
  #before = []; // what belongs to the next moov or mdat

  // The pieces that are complete with `bytes`: {data, codec}, where only beginnings have a codec.
  take(bytes) {
    this.#rest = joined([this.#rest, bytes]);
    const pieces = [];
    for (let box; (box = this.#next()) !== null;) {
      if (box.kind === "free") continue; // only says that the service is still there
      this.#before.push(box.data);
      if (box.kind !== "moov" && box.kind !== "mdat") continue;
      pieces.push({ data: joined(this.#before), codec: box.kind === "moov" ? codecOf(box.data) : null });
      this.#before = [];
    }
    return pieces;
  }

  #next() {
    if (this.#rest.length < HEAD_BYTES) return null;
    const size = new DataView(this.#rest.buffer, this.#rest.byteOffset).getUint32(0);
    if (size < HEAD_BYTES || size > MOST_BYTES) throw new Error("this is not the video that was expected");
    if (this.#rest.length < size) return null;
    const data = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    return { kind: text(data.subarray(4, HEAD_BYTES)), data };
  }
}

// As RFC 6381 writes it: avc1 with the three bytes of the profile and level, from the avcC.
function codecOf(moov) {
  for (let at = 0; at + 8 < moov.length; at += 1) {
    if (text(moov.subarray(at, at + 4)) === "avcC") return `avc1.${[...moov.subarray(at + 5, at + 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }
  throw new Error("this is not H.264");
}

const text = (bytes) => String.fromCharCode(...bytes);

export function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}
