"""Counting code does what the plain code does, and counts the same everywhere."""

from __future__ import annotations

import builtins
import traceback
from typing import Any

import pytest

from kybra_replica.metering.instrument import compile_metered
from kybra_replica.metering.sized_prices import SizedMeter
from kybra_replica.metering.syntax import METER_NAME

PROGRAMS = {
    "docstring and annotations": '''"""Doc."""
from __future__ import annotations

def f(x: Undefined, *, y: "also " + undefined = 5) -> list[Nowhere]:
    """What it does."""
    z: Another = y
    return [x, z, f.__doc__, f.__annotations__]

result = [__doc__, f(1)]
''',
    "loops and else": """
result = []
for a in range(3):
    for b in range(3):
        if b == a:
            break
        elif b > 5:
            pass
        else:
            result.append((a, b))
    else:
        result.append(a)
n = 5
while n > 0:
    n -= 1
    if n % 2:
        continue
    result.append(n)
else:
    result.append("end")
""",
    "try and with": """
from contextlib import suppress
result = []
def f(fail):
    try:
        if fail:
            raise ValueError("x")
        result.append("body")
    except (ValueError, TypeError) as error:
        result.append(repr(error))
        return 1
    else:
        result.append("else")
    finally:
        result.append("finally")
    with suppress(KeyError) as s:
        {}["a"]
    return 2
result.append(f(True))
result.append(f(False))
""",
    "comprehensions and lambdas": """
factor = 3
class Scope:
    inside = [factor * n for n in range(4) if n if n != 2]
    __private = {k: v for k, v in zip("ab", [1, 2])}
    def read(self):
        return self.__private
pairs = {(a, b) for a in range(3) for b in range(a) if a + b}
lazy = (n for n in iter([1, 2, 3]) if n > 1)
result = [Scope.inside, Scope().read(), sorted(pairs), next(lazy), list(lazy)]
result.append(sorted(["bb", "a"], key=lambda text: len(text)))
result.append((lambda *a, b=2, **k: (a, b, k))(1, c=3))
""",
    "generators": """
def inner():
    got = yield 1
    try:
        yield got
    finally:
        result.append("closed")
    return "value"
def outer():
    value = yield from inner()
    return [value, (yield)]
result = []
g = outer()
result.append(next(g))
result.append(g.send("sent"))
result.append(next(g))
try:
    g.send("last")
except StopIteration as stop:
    result.append(stop.value)
h = inner()
next(h); next(h); h.close()
""",
    "sizes": """
class Own:
    def find(self, x): return ["own", x]
    def join(self, x): return x
    def __len__(self): raise RuntimeError
text = "a b,c" * 10
x = 7
result = [text.split(), text.find("c"), Own().find("c"), Own().join(["a"])]
result.append("-".join(n for n in "ab"))
result += [f"{x:>{x}}|{x!r}|{text[:4]}", "%s" % x, "ab" * 2, [0] * 3, 3 * b"x"]
result += [x in [7], "a" not in text]
result += [sorted({3, 1}), bytes([1, 2]).hex(), "é".encode().decode()]
result += [sum([1, 2]), dict(a=1), b"abc"[1:]]
sorted = len
result.append(sorted("abc"))
""",
    "globals and nonlocals": """
count = 0
def f():
    global count
    count += 1
    inner = 0
    def g():
        nonlocal inner
        inner += 1
        return inner
    return g() + g()
class C:
    x = 1
    x += 1
    for y in range(2):
        pass
    def m(self):
        self.x += 1
        self.z = [1, 2]
        self.z[0] += 5
        return self.x, self.z
result = [f(), f(), count, C().m(), C.y]
""",
}


def run(text: str, *, metered: bool) -> tuple[dict[str, Any], int]:
    """Run a module; its names and what it counted."""
    meter = SizedMeter()
    scope: dict[str, Any] = {"__builtins__": {**vars(builtins), METER_NAME: meter}, "__name__": "m"}
    code = (
        compile_metered(text, "m.py")
        if metered
        else compile(text, "m.py", "exec", dont_inherit=True)
    )
    exec(code, scope)  # noqa: S102 (what is tested)
    return scope, meter.spent


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_counts_does_what_the_plain_code_does(name: str) -> None:
    """Values, scopes, generators and clean-up are the same, and something is counted."""
    counting, spent = run(PROGRAMS[name], metered=True)
    plain, nothing = run(PROGRAMS[name], metered=False)
    assert counting["result"] == plain["result"]
    assert counting.keys() == plain.keys(), "no name is added"
    assert spent > 10_000
    assert nothing == 0


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_counts_the_same_each_time(name: str) -> None:
    """Nothing of it depends on time, memory or hashes."""
    assert len({run(PROGRAMS[name], metered=True)[1] for _ in range(3)}) == 1


def test_the_count_is_the_same_with_every_python() -> None:
    """The figure is written down, since no run sees two interpreters."""
    text = "".join(text for text in (PROGRAMS["loops and else"], PROGRAMS["generators"]))
    assert run(text, metered=True)[1] == EXPECTED


EXPECTED = 441_500


FAILING = '''"""Doc."""

def f(items):
    """Doc."""
    total = 0
    for item in items:
        total += [
            1 / n
            for n in item
        ][0]
    return total


@staticmethod
def g():
    return f([[1], [0]])
'''


def test_tracebacks_name_the_same_lines() -> None:
    """The frames of the canister, and where each of them was."""
    lines = []
    for metered in (True, False):
        scope, _ = run(FAILING, metered=metered)
        with pytest.raises(ZeroDivisionError) as caught:
            scope["g"]()
        frames = traceback.extract_tb(caught.value.__traceback__)
        lines.append([(each.name, each.lineno) for each in frames if each.filename == "m.py"])
        assert scope["f"].__code__.co_firstlineno == 3
    assert lines[0] == lines[1]


def test_a_statement_is_counted_where_the_message_is_that_runs_it() -> None:
    """What stands after a yield is not counted before it."""
    scope, _ = run(
        "def g():\n    a = 1\n    yield a\n    b = {}\n    return [b] * 9\n", metered=True
    )
    meter = scope["__builtins__"][METER_NAME]
    before = meter.spent
    generator = scope["g"]()
    next(generator)
    first = meter.spent - before
    with pytest.raises(StopIteration):
        next(generator)
    assert meter.spent - before - first > 1_000


def test_branches_count_only_when_taken() -> None:
    """A dear branch that is not taken costs nothing."""
    text = "def f(x):\n    if x:\n        return [f'{n}' for n in range(100)]\n    return 0\n"
    scope, _ = run(text, metered=True)
    meter = scope["__builtins__"][METER_NAME]
    costs = []
    for argument in (0, 1):
        before = meter.spent
        scope["f"](argument)
        costs.append(meter.spent - before)
    assert costs[0] < 20_000
    assert costs[1] > 1_000_000
