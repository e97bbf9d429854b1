from __future__ import annotations

from threading import Barrier, Thread

from fer_web.live import Latest

PATIENCE_S = 5.0


def test_a_reader_gets_the_newest_value_and_none_of_those_before() -> None:
    mailbox: Latest[str] = Latest()
    for value in "abc":
        mailbox.put(value)
    assert mailbox.wait() == (3, "c")


def test_a_reader_who_has_seen_the_newest_waits_and_gets_nothing() -> None:
    mailbox: Latest[str] = Latest()
    mailbox.put("a")
    assert mailbox.wait(after=1, timeout_s=0.0) is None


def test_every_reader_gets_the_same_value() -> None:
    mailbox: Latest[str] = Latest()
    mailbox.put("a")
    assert [mailbox.wait() for _ in range(3)] == [(1, "a")] * 3


def test_a_value_wakes_all_who_wait() -> None:
    mailbox: Latest[str] = Latest()
    got: list[object] = []
    ready = Barrier(11)

    def read() -> None:
        ready.wait(PATIENCE_S)
        got.append(mailbox.wait(timeout_s=PATIENCE_S))

    readers = [Thread(target=read) for _ in range(10)]
    for reader in readers:
        reader.start()
    ready.wait(PATIENCE_S)
    mailbox.put("a")
    for reader in readers:
        reader.join(PATIENCE_S)
    assert got == [(1, "a")] * 10


def test_a_reader_gets_nothing_that_was_forgotten_but_what_comes_after_it() -> None:
    mailbox: Latest[str] = Latest()
    mailbox.put("a")
    mailbox.put("b")
    mailbox.forget()
    assert mailbox.newest is None
    assert mailbox.wait(timeout_s=0.0) is None
    mailbox.put("c")
    assert mailbox.newest == "c"
    assert mailbox.wait() == mailbox.wait(after=2) == (3, "c")
    mailbox.forget()
    mailbox.close()
    assert list(mailbox.follow()) == []


def test_closing_still_delivers_the_last_value_and_then_the_end() -> None:
    mailbox: Latest[str] = Latest()
    mailbox.put("a")
    mailbox.close()
    mailbox.put("too late")
    assert mailbox.wait() == (1, "a")
    assert mailbox.wait(after=1) is None
    assert list(mailbox.follow()) == ["a"]


def test_closing_wakes_a_reader_who_waits_without_limit() -> None:
    mailbox: Latest[str] = Latest()
    got: list[str | None] = ["unfinished"]
    reader = Thread(target=lambda: got.__setitem__(slice(None), list(mailbox.follow())), daemon=True)
    reader.start()
    mailbox.close()
    reader.join(PATIENCE_S)
    assert got == []


def test_following_tells_of_silence_and_goes_on() -> None:
    mailbox: Latest[str] = Latest()
    values = mailbox.follow(silence_s=0.001)
    assert next(values) is None
    mailbox.put("a")
    assert next(values) == "a"
    assert next(values) is None


def test_nothing_put_before_the_end_is_lost_between_a_fast_writer_and_a_reader() -> None:
    mailbox: Latest[int] = Latest()
    got: list[int | None] = []
    reader = Thread(target=lambda: got.extend(mailbox.follow()), daemon=True)
    reader.start()
    for value in range(20_000):
        mailbox.put(value)
    mailbox.close()
    reader.join(PATIENCE_S)
    assert got[-1] == 19_999
    assert got == sorted(set(got), key=lambda value: value or 0)
