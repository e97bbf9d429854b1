"""An examination's results for people: a table in Markdown, and three pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fer_web.core import Emotion
from fer_web.core.calibration import BINS, bins_of
from fer_web.study.training.calibrate import risk_coverage
from fer_web.study.training.evaluate import Examination

Results = Mapping[str, Any]
MIRRORED = ", mean with the mirror image, as single pictures are answered"
PRIORS = (
    ("divided by the training's priors", "one_view"),
    ("not divided", "one_view_without"),
    (f"divided{MIRRORED}", "with_mirror_image"),
    (f"not divided{MIRRORED}", "with_mirror_image_without"),
)
CALIBRATION = (("Calibration error (15 bins)", "ece"), ("Negative log-likelihood", "nll"), ("Brier", "brier"))


def table(found: Results) -> str:
    """The results as Markdown; nothing in it depends on the machine that made it.

    Without FER+'s votes there is no row for them.
    """
    ferplus = found["ferplus_majority_accuracy"]
    rows = [
        ("Accuracy, official", _share(found["accuracy"])),
        ("Accuracy, without pictures that are also in Training", _share(found["accuracy_without_duplicates"])),
        (f"Accuracy{MIRRORED}", _share(found["accuracy_with_mirror_image"])),
        *([("Accuracy against FER+'s majority", _share(ferplus))] if ferplus["count"] else []),
        ("Always answering the most frequent class", f"{100 * found['majority_class_accuracy']:.1f} %"),
        *((f"Accuracy and mean recall, {title}", _both(found["priors"][key])) for title, key in PRIORS),
        ("Macro F1", f"{100 * found['macro_f1']:.1f} %"),
        *((f"Recall, {name}", f"{100 * value:.1f} %") for name, value in found["recall"].items()),
        *((f"{title}, before and after calibration", _pair(found, key)) for title, key in CALIBRATION),
        (f"Calibration error (15 bins){MIRRORED}", f"{found['calibration_with_mirror_image']['ece']:.4f}"),
        ("Answered when unsure answers are withheld", _withheld(found["uncertain"])),
        (f"Answered when unsure answers are withheld{MIRRORED}", _withheld(found["uncertain_with_mirror_image"])),
        ("Parameters", f"{found['parameters']:,}"),
        ("Weights of this name ever measured on PrivateTest", str(found["private_test_reads"])),
    ]
    lines = [f"| {found['model']} ({found['version']}, {found['sha256'][:12]}) | PrivateTest |", "|---|---|"]
    return "\n".join(lines + [f"| {name} | {value} |" for name, value in rows]) + "\n\n" + confusion_table(found)


def confusion_table(found: Results) -> str:
    """Rows are labels, columns answers, in percent of the row."""
    names = [emotion.value for emotion in Emotion]
    lines = [f"| label \\ answer | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for name, counts in zip(names, found["confusion"], strict=True):
        total = max(sum(counts), 1)
        lines.append(f"| {name} | {' | '.join(f'{100 * count / total:.0f}' for count in counts)} |")
    return "\n".join(lines)


def _share(share: Mapping[str, float]) -> str:
    low, high = 100 * share["low"], 100 * share["high"]
    return f"{100 * share['value']:.2f} % (95 %: {low:.1f} to {high:.1f}; n = {share['count']:,})"


def _both(found: Mapping[str, float]) -> str:
    return f"{100 * found['accuracy']:.2f} %, {100 * found['mean_recall']:.2f} %"


def _pair(found: Results, key: str) -> str:
    return f"{found['calibration_before'][key]:.4f}, {found['calibration_after'][key]:.4f}"


def _withheld(found: Mapping[str, float]) -> str:
    answered, accuracy = 100 * found["share_answered"], 100 * found["accuracy_of_answered"]
    return f"{answered:.1f} %, {accuracy:.1f} % of them right (probability of {found['below']:.2f} or more)"


def plots(exam: Examination, found: Results, folder: Path) -> list[Path]:
    """Write the confusion matrix, the reliability diagram and the risk-coverage curve as PNG."""
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, draw in (("confusion", _confusion), ("reliability", _reliability), ("risk-coverage", _risk_coverage)):
        figure = Figure(figsize=(5, 4.5), layout="constrained")
        draw(figure.subplots(), exam, found)
        path = folder / f"{exam.card.name}-{name}.png"
        figure.savefig(path, dpi=100, metadata={"Software": None})
        written.append(path)
    return written


def _confusion(axes: Any, exam: Examination, found: Results) -> None:
    matrix = np.array(found["confusion"], dtype=float)
    shares = 100 * matrix / matrix.sum(axis=1, keepdims=True).clip(min=1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    names = [emotion.value for emotion in Emotion]
    axes.set_xticks(range(len(names)), names, rotation=45)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="answer", ylabel="label", title=f"{exam.card.name}: percent of each label")
    for row, column in np.ndindex(shares.shape):
        color = "white" if shares[row, column] > 50 else "black"
        axes.text(column, row, f"{shares[row, column]:.0f}", ha="center", va="center", color=color)


def _reliability(axes: Any, exam: Examination, found: Results) -> None:
    axes.plot([0, 1], [0, 1], color="gray", linewidth=1)
    hits = exam.probabilities.argmax(axis=1) == exam.split.labels
    for title, values in (("before", exam.raw), ("after", exam.probabilities)):
        confidence = values.max(axis=1)
        places = bins_of(confidence)
        counts = np.bincount(places, minlength=BINS)
        filled = counts > 0
        mean = np.bincount(places, confidence, BINS)[filled] / counts[filled]
        right = np.bincount(places, hits, BINS)[filled] / counts[filled]
        axes.plot(mean, right, marker="o", label=f"{title}: ECE {found[f'calibration_{title}']['ece']:.3f}")
    axes.set(xlabel="confidence", ylabel="accuracy", title=f"{exam.card.name}: reliability")
    axes.legend()


def _risk_coverage(axes: Any, exam: Examination, found: Results) -> None:
    coverage, risk = risk_coverage(exam.probabilities, exam.split.labels)
    axes.plot(100 * coverage, 100 * risk)
    uncertain = found["uncertain"]
    axes.plot(100 * uncertain["share_answered"], 100 * (1 - uncertain["accuracy_of_answered"]), "o", label="as served")
    axes.set(xlabel="answered, %", ylabel="errors among them, %", title=f"{exam.card.name}: risk and coverage")
    axes.legend()
