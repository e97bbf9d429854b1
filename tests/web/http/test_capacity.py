from __future__ import annotations

from threading import Event, Thread, current_thread

import pytest

from fer_web.errors import BusyError
from fer_web.web.http.capacity import ImagePool, Room


def test_room_is_given_back_also_after_a_failure() -> None:
    room = Room(3, wait_s=0.0)
    with room.taken(2):
        assert room.free == 1

    with pytest.raises(ZeroDivisionError), room.taken(2):
        raise ZeroDivisionError

    assert room.free == 3


def test_whoever_finds_no_room_is_told_to_come_back() -> None:
    room = Room(1, wait_s=0.01)

    with room.taken(), pytest.raises(BusyError), room.taken():
        pass

    assert room.free == 1


def test_more_than_there_is_takes_all_of_it() -> None:
    room = Room(3, wait_s=0.0)

    with room.taken(100):
        assert room.free == 0


def test_whoever_waits_gets_in_when_somebody_leaves() -> None:
    room, is_in, may_leave = Room(1, wait_s=5.0), Event(), Event()

    def stay() -> None:
        with room.taken():
            is_in.set()
            may_leave.wait(5)

    other = Thread(target=stay)
    other.start()
    assert is_in.wait(5)
    Thread(target=may_leave.set).start()

    with room.taken():
        assert may_leave.is_set()
    other.join()


def test_workers_answer_and_raise_what_their_work_does() -> None:
    workers = ImagePool(1, wait_s=5.0)

    assert workers.run(lambda: 6 * 7) == 42
    with pytest.raises(ZeroDivisionError):
        workers.run(lambda: 1 // 0)
    assert workers.run(lambda: "still there") == "still there"


def test_work_of_many_requests_is_done_by_a_few_threads() -> None:
    workers, names = ImagePool(2, wait_s=5.0), []
    requests = [Thread(target=lambda: names.append(workers.run(lambda: current_thread().name))) for _ in range(10)]
    for request in requests:
        request.start()
    for request in requests:
        request.join()

    assert len(names) == 10
    assert len(set(names)) <= 2
