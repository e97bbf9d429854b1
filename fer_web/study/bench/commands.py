"""The commands that measure speed and quality."""

from __future__ import annotations

from fer_web.core.command import Command, Commands

HERE = "fer_web.study.bench"
COMMANDS: Commands = {
    "bench": {
        "pipeline": Command(f"{HERE}.pipeline", "frames per second, against the original program's loop"),
        "predict": Command(f"{HERE}.predict", "how long POST /predict takes"),
        "framing": Command(f"{HERE}.framing", "which crop of a face suits the network best"),
        "conditions": Command(f"{HERE}.conditions", "what light, lens, grain, JPEG and tilted heads cost the network"),
        "rooms": Command(f"{HERE}.rooms", "faces, ids and sure answers in everyday photos and clips, by engine"),
        "limits": Command(f"{HERE}.limits", "how small, blurred, dark or pale a face can still be read"),
        "expressions": Command(f"{HERE}.expressions", "how steady, quick and certain the answers on videos are"),
        "cameras": Command(f"{HERE}.cameras", "whether several cameras keep their rate when one of them is lost"),
        "fleet": Command(f"{HERE}.fleet", "what viewers of several processes get, and when one of them is killed"),
        "viewers": Command(f"{HERE}.viewers", "how many viewers a server holds"),
        "visitors": Command(f"{HERE}.visitors", "how fast visitors with their own cameras are answered"),
        "blinks": Command(f"{HERE}.blinks", "how well blinks are counted"),
        "behavior": Command(f"{HERE}.behavior", "how well looks, smiles and nods of reports agree with what we saw"),
        "mixed": Command(f"{HERE}.mixed", "what people see where two expressions are close"),
        "gaze": Command(f"{HERE}.gaze", "how well gaze and movements agree with what a person saw"),
        "training": Command(f"{HERE}.training", "how long the epochs of a training take"),
        "video": Command(f"{HERE}.video", "how fast a video file is analyzed, and in how much memory"),
        "faults": Command(f"{HERE}.faults.command", "what slow clients, bombs, random requests, damage and stops do"),
    },
}
