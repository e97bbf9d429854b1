// Places the points of a face that was found or is followed, and cuts its chip (fer_web/vision/landmarkers.py).

import { chipAt } from "./align.js";
import { anchorsOf } from "./eyes.js";
import { around } from "./geometry.js";

export class Landmarker {
  constructor(mesh, rules, spec) {
    Object.assign(this, { mesh, rules, spec });
  }

  // A face that the detector has found, marked; null for what is likely none. The detector's own points have to do for
  // a sure face in which the mesh sees none, as in profiles.
  begin(picture, face, sure = this.rules.landmarkers.SURE_CONFIDENCE) {
    const rough = this.mesh.look(picture, this.mesh.squareOfBox(face));
    const marked = rough && this.goOn(picture, { ...face, mesh: rough });
    return marked ?? (face.confidence >= sure ? this.roughly(picture, face) : null);
  }

  // A face that was marked before, by its last points; null when it is no longer there.
  goOn(picture, face) {
    const mesh = this.mesh.look(picture, this.mesh.squareOfPoints(face.mesh));
    if (!mesh) return null;
    const landmarks = this.mesh.landmarks(mesh);
    const anchors = anchorsOf(landmarks);
    const chip = this.#chip(picture, anchors, this.rules.landmarkers.MESH_FRAMING);
    return chip && { ...face, region: around(mesh), landmarks, mesh, movements: this.mesh.movements(mesh), anchors, chip };
  }

  roughly(picture, face) {
    const chip = this.#chip(picture, face.anchors, this.rules.landmarkers.FIVE_FRAMING);
    return chip && { ...face, landmarks: null, mesh: null, movements: null, chip };
  }

  #chip(picture, places, framing) {
    return chipAt(picture, places, this.spec, framing, this.rules.align.MAX_SUPERSAMPLING);
  }
}
