"""Studies: their participants, conditions and tasks, and when tasks were worked on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from fer_web.core.studies import LONGEST_PART_NAME, MOST_PARTS, MOST_STUDY_RECORDINGS
from fer_web.reports.task_matrix import EXPRESSIONS, MATRIX_MEASURES
from fer_web.web.http.bodies import Count, Flag, JsonBody, JsonObject, Name, Otherwise, Query, flag, line_of_text

# A day: no recording is longer.
MOST_SECONDS = 86_400
MOST_TASKS, MOST_CONDITIONS = MOST_PARTS["task"], MOST_PARTS["condition"]


def _line(value: Any) -> Any:
    return line_of_text(value) if isinstance(value, str) else value


PartName = Annotated[str, BeforeValidator(_line), Field(min_length=1, max_length=LONGEST_PART_NAME)]
Seconds = Annotated[
    float | None,
    Field(ge=0, le=MOST_SECONDS, strict=True),
    Otherwise("bad_parameter", "start_s and stop_s must be seconds of the recording, or null"),
]


def _names(kind: str, most: int) -> Otherwise:
    return Otherwise(
        "bad_parameter", f"{kind} must be a list of at most {most} names, of 1 to {LONGEST_PART_NAME} characters each"
    )


class NewStudy(JsonBody):
    """What to make."""

    name: Name
    tasks: Annotated[tuple[PartName, ...], Field(max_length=MOST_TASKS), _names("tasks", MOST_TASKS)] = ()
    """The names of its tasks, in their order."""
    conditions: Annotated[
        tuple[PartName, ...], Field(max_length=MOST_CONDITIONS), _names("conditions", MOST_CONDITIONS)
    ] = ()
    """The names of its conditions, such as old design and new design."""


class DeleteStudyQuery(Query):
    confirm: Annotated[
        Literal[True],
        BeforeValidator(flag),
        Otherwise(
            "confirm_required",
            "this permanently deletes the study, but not its recordings, unless recordings=delete: add ?confirm=true "
            "to confirm",
        ),
    ]
    """Must be true."""
    recordings: Literal["keep", "delete"] = "keep"
    """What happens to its recordings."""


class ConfirmQuery(Query):
    confirm: Flag = False
    """Needed where something is used, and other things go with it."""


def _measure(value: Any) -> Any:
    if value not in MATRIX_MEASURES:
        raise ValueError(f"measure must be one of {', '.join(MATRIX_MEASURES)}")
    return value


class MatrixQuery(Query):
    recording: Annotated[
        tuple[str, ...],
        Field(max_length=MOST_STUDY_RECORDINGS),
        Otherwise("bad_parameter", "recording must be the ids of 2 to 8 recordings of the study"),
    ] = ()
    """The ids of 2 to 8 recordings of the study, each as a parameter of its own; else its first eight."""
    measure: Annotated[str, BeforeValidator(_measure)] = EXPRESSIONS
    """What to show: expressions, one of the seven by its name, smile, looks_at_camera, or eye_openness."""


class NewPart(JsonBody):
    """What to add to a study."""

    kind: Annotated[
        Literal["participant", "condition", "task"],
        Otherwise("bad_parameter", "kind must be participant, condition or task"),
    ]
    name: PartName


class PartChange(JsonBody):
    """What to change; what is left out stays."""

    name: PartName | None = None
    place: Annotated[int, Field(ge=1, le=MOST_PARTS["participant"], strict=True)] | None = None
    """Where it stands among its kind, from 1 on."""


class Assignment(JsonBody):
    """Which recording belongs to a study, and whom it shows."""

    recording: Annotated[str, Field(min_length=1)]
    participant: PartName
    """A participant of a new name is added."""
    condition: PartName | None = None


class TaskResult(JsonBody):
    """How a task ended."""

    success: Annotated[bool | None, Field(strict=True)] = None
    """null: nobody says."""


class TaskChange(TaskResult):
    """When a task was worked on; what is left out, or null, is not known."""

    start_s: Seconds = None
    stop_s: Seconds = None


class StudyPartJson(JsonObject):
    """A participant, a condition or a task."""

    id: int
    name: str


class TaskTimesJson(JsonObject):
    """A task in one recording: seconds after its beginning, null while they are not known."""

    task: int
    """The task's id."""
    name: str
    start_s: float | None
    stop_s: float | None
    success: bool | None
    """null: nobody has said it."""


class StudyRecordingJson(JsonObject):
    """A recording of a study."""

    recording: str
    """The recording's id."""
    name: str
    participant: str
    condition: str | None
    started_at: str
    duration_s: float
    state: Literal["recording", "finished", "interrupted"]
    tasks: list[TaskTimesJson]
    """All tasks of the study, in its order."""


class StudyJson(JsonObject):
    """A study. Recordings come in the order of its participants."""

    id: str
    name: str
    created_at: str
    participants: list[StudyPartJson]
    conditions: list[StudyPartJson]
    tasks: list[StudyPartJson]
    recordings: list[StudyRecordingJson]


class ListedStudyJson(JsonObject):
    """A study, and how much is in it."""

    id: str
    name: str
    created_at: str
    participants: Count
    tasks: Count
    recordings: Count


class StudiesJson(JsonObject):
    """All studies, the newest first."""

    studies: list[ListedStudyJson]


class RecordingTasksJson(JsonObject):
    """A recording's place in its study, and its tasks; null and empty where it belongs to none."""

    study: str | None
    """The study's id."""
    study_name: str | None
    participant: str | None
    condition: str | None
    tasks: list[TaskTimesJson]
