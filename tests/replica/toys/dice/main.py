"""A toy that draws from `random`."""

import random

from kybra import nat64, query, text, update, void


@query
def peek() -> text:
    return str(random.random())


@update
def draw() -> text:
    return str(random.random())


@update
def draw_and_trap() -> void:
    random.random()
    raise ValueError("undone")


@update
def seed(number: nat64) -> void:
    random.seed(number)
