"""Threads take turns in the order in which they asked."""

from __future__ import annotations

import threading
import time

import pytest

from service.turns import Turns


def test_who_asked_first_is_served_first() -> None:
    turns, served = Turns(), list[int]()

    def take(number: int) -> None:
        with turns:
            served.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(6)]
    with turns:
        for waiting, thread in enumerate(threads, start=1):
            thread.start()
            _wait_until(turns, waiting)
    for thread in threads:
        thread.join(timeout=5)
    assert served == list(range(6))


def _wait_until(turns: Turns, waiting: int) -> None:
    for _ in range(500):
        if len(turns._waiting) == waiting:
            return
        time.sleep(0.01)
    raise AssertionError("a thread did not ask for its turn")


def test_two_are_never_served_at_once() -> None:
    turns, inside, most = Turns(), 0, 0

    def take() -> None:
        nonlocal inside, most
        for _ in range(50):
            with turns:
                inside += 1
                most = max(most, inside)
                time.sleep(0)
                inside -= 1

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert most == 1


def test_a_turn_that_fails_is_over() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="failed"), turns:
        raise ValueError("failed")
    with turns:
        pass
