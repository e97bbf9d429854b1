"""Everything that FER Web raises on purpose.

FerError
├── SettingsError        a setting, or several, cannot be used
├── SourceError          a camera, stream or file gives no pictures
│   ├── SourceLost       it did until now: open it again
│   └── SourceTaken      another process has it open: it may be free at any time
├── ImageError           an uploaded picture is refused; `code` says why
├── RequestError         a request is refused, whatever its pictures; `code` says why
│   ├── NoRecording      there is none of this id, or none that runs
│   ├── RecordingOver    it is finished, and nothing can be added
│   ├── AlreadyRecording a camera or visit is being recorded
│   ├── StillRecording   so it cannot be deleted
│   ├── TooManyMarkers   it has as many as it may have
│   ├── NoCamera         there is none of this name
│   ├── NoVisit          there is none of this id, or it is over
│   ├── OneAtATime       a visit's last frame is still being analyzed
│   ├── NoStudy          there is none of this id
│   ├── NoPart           a study has no such participant, condition or task
│   ├── NameTaken        a study has a participant, condition or task of this name
│   ├── StudyFull        there are as many as there may be
│   ├── InAnotherStudy   a recording belongs to another study
│   ├── TaskOrder        a task starts once, and stops after that
│   ├── NoJob            there is none of this id
│   ├── JobNotOver       so it cannot be removed
│   ├── NoModel          there is none of this name
│   ├── NoExport         a recording is not exported as a file of this name
│   ├── MissingExtra     what it takes is not installed
│   ├── BadMarkers       a file of markers cannot be used
│   ├── NotAVideo        an upload is something else
│   ├── EmptyVideo       an upload has no bytes
│   ├── VideoTooLarge    an upload is larger than the setting allows
│   └── NoSpace          an upload does not fit on the disk
├── ModelError           a model file, its card or its hash is wrong
├── NotReadyError        the models are still being loaded, or could not be
├── DataError            a data set cannot be used
├── VideoError           a video's results or its annotated copy cannot be written
│   └── NoEncoder        because this machine has no encoder for it
├── WorkerLost           a process that worked on a video has ended before its end
├── StoreError           recordings and jobs cannot be written or read
│   ├── StoreFull        because there is no space left
│   └── StoreReadOnly    because nothing may be written there; reading goes on
├── ServiceError         a service that was asked from Python cannot be reached, or is another one
├── OutletError          what was to leave this machine has not arrived
└── BusyError            no room for one more viewer; try again in `retry_after_s`
"""

from __future__ import annotations


class FerError(Exception):
    """A failure that the person who caused it can understand and mend from its sentence.

    `code` is what programs are told: stable, one word.
    """

    code: str = "internal_error"


class SettingsError(FerError):
    """One sentence a line, each naming the variable that it is about."""


class SourceError(FerError):
    """A source that cannot be opened; the sentence never holds credentials."""

    code = "no_source"


class SourceLost(SourceError):
    """A source that was open and has stalled, ended or disappeared."""


class SourceTaken(SourceError):
    """A source that another process has open."""


class ImageError(FerError):
    """A picture that is refused: `code` is stable and machine-readable, the sentence is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RequestError(FerError):
    """A request that is refused: `code` is stable and machine-readable, the sentence is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Refusal(RequestError):
    """A refusal with a class of its own, for whoever tells it from others; `sentence` is what it usually says."""

    sentence = ""

    def __init__(self, message: str = "") -> None:
        super().__init__(self.code, message or self.sentence)


class NoRecording(_Refusal):
    code = "no_recording"
    sentence = "no such recording; it may have been deleted"


class RecordingOver(_Refusal):
    code = "recording_over"
    sentence = "this recording has ended"


class AlreadyRecording(_Refusal):
    code = "already_recording"


class StillRecording(_Refusal):
    code = "still_recording"
    sentence = "this recording is still running: stop it first"


class TooManyMarkers(_Refusal):
    code = "too_many_markers"


class OperatorOnly(_Refusal):
    """Only the operator may do this."""

    code = "operator_only"


class NoCamera(_Refusal):
    code = "no_camera"


class NoVisit(_Refusal):
    code = "no_visit"
    sentence = "this visit has ended: start another one"


class OneAtATime(_Refusal):
    code = "one_at_a_time"
    sentence = "the previous frame is still being analyzed: wait for its answer"


class NoStudy(_Refusal):
    code = "no_study"
    sentence = "no such study; it may have been deleted"


class NoPart(_Refusal):
    code = "no_part"
    sentence = "this study has no such participant, condition or task"


class NameTaken(_Refusal):
    code = "name_taken"


class StudyFull(_Refusal):
    code = "study_full"


class InAnotherStudy(_Refusal):
    code = "in_another_study"
    sentence = "this recording belongs to another study: take it out of that first"


class TaskOrder(_Refusal):
    code = "task_order"


class NoJob(_Refusal):
    code = "no_job"
    sentence = "no such job; it may have been removed"


class JobNotOver(_Refusal):
    code = "job_not_over"
    sentence = "the job has not ended: cancel it first"


class NoModel(_Refusal):
    code = "unknown_model"


class NoExport(_Refusal):
    code = "no_export"


class MissingExtra(_Refusal):
    code = "not_installed"


class BadMarkers(_Refusal):
    code = "bad_markers"


class NotAVideo(_Refusal):
    code = "not_a_video"


class EmptyVideo(_Refusal):
    code = "empty"
    sentence = "the video is empty: send the file's content"


class VideoTooLarge(_Refusal):
    code = "video_too_large"


class NoSpace(_Refusal):
    code = "storage_full"
    sentence = "the service's disk has too little space for this video"


class ModelError(FerError):
    """A model that is missing, damaged, or not what its card says."""

    code = "model_error"


class NotReadyError(FerError):
    """The models cannot be used yet, or never; the sentence says which and why."""

    code = "not_ready"


class DataError(FerError):
    """A data set whose columns, rows or classes are not what they should be."""


class VideoError(FerError):
    """Results of a video that cannot be written where they were to go, or would overwrite another video's."""


class NoEncoder(VideoError):
    """This machine's FFmpeg cannot make video that browsers play."""

    code = "no_encoder"


class WorkerLost(FerError):
    """A process that ended before it had an answer; the sentence says how. `exit_code` is None when we killed it."""

    def __init__(self, sentence: str, exit_code: int | None = None) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


class StoreError(FerError):
    """The database or its folder cannot be used; the sentence never holds a password."""

    code = "storage_unavailable"


class StoreFull(StoreError):
    """No space is left where recordings are kept; what was written before is safe."""

    code = "storage_full"


class StoreReadOnly(StoreError):
    """Nothing may be written where recordings are kept; what was written before can be read."""

    code = "storage_read_only"


class ServiceError(FerError):
    """A service that cannot be reached, or that is not FER Web; the sentence never holds credentials."""


class OutletError(FerError):
    """What an outlet was to send has not arrived, and is not tried any more; the sentence never holds a secret."""


class BusyError(FerError):
    """Every place is taken; `retry_after_s` is a good time to ask again."""

    code = "busy"

    def __init__(self, message: str, retry_after_s: int = 5) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
