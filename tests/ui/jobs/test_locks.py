"""What a lock guards is only used while the lock is held."""

import ast
from pathlib import Path

import pytest

LOCKS = ("Lock", "Condition")
CODE = [ast.parse(path.read_text()) for path in sorted(Path("ui/jobs").glob("*.py"))]


def own(node):
    """The name x of self.x."""
    mine = isinstance(node, ast.Attribute) and getattr(node.value, "id", None) == "self"
    return node.attr if mine else None


def locks(body):
    """The names of the locks that these statements make, each with those assigned after it."""
    found = {}
    for statement in body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            names = {own(node) for node in ast.walk(statement) if own(node)}
            for guarded in found.values():
                guarded |= names
            call = getattr(statement.value, "func", None)
            if isinstance(call, ast.Attribute) and call.attr in LOCKS:
                found |= {name: set() for name in names}
    return found


def used_without(lock, node):
    """The names x of self.x in the node, outside of `with self.lock`."""
    if isinstance(node, ast.With) and lock in [own(item.context_expr) for item in node.items]:
        return set()
    inside = [used_without(lock, child) for child in ast.iter_child_nodes(node)]
    return {own(node)}.union(*inside) - {None}


def breaches(cls):
    """(method, attribute) where a method uses what a lock guards without holding it."""
    methods = [node for node in cls.body if isinstance(node, ast.FunctionDef)]
    init = next((method.body for method in methods if method.name == "__init__"), [])
    helpers = {method.name for method in methods if method.name.endswith("_locked")}
    return {
        (method.name, name)
        for lock, guarded in locks(init).items()
        for method in methods
        if method.name not in {"__init__", *helpers}
        for name in used_without(lock, method) & (guarded | helpers)
    }


def classes(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


@pytest.mark.parametrize("cls", [c for tree in CODE for c in classes(tree)], ids=lambda c: c.name)
def test_what_a_lock_guards_is_only_used_while_it_is_held(cls):
    assert breaches(cls) == set()


def test_the_rule_finds_a_read_without_the_lock_and_a_helper_that_is_called_without_it():
    (cls,) = classes(
        ast.parse("""
class Counter:
    def __init__(self):
        self.name = "free"
        self._lock = threading.Lock()
        self._count, self._step = 0, 1

    def good(self):
        with self._lock:
            self._add_locked()
        return self.name

    def bad(self):
        self._add_locked()
        return self._count

    def _add_locked(self):
        self._count += self._step
""")
    )
    assert breaches(cls) == {("bad", "_count"), ("bad", "_add_locked")}


def test_the_classes_that_threads_share_have_a_lock():
    names = {cls.name for tree in CODE for cls in classes(tree) if "Lock()" in ast.unparse(cls)}
    assert {"JobState", "Pool", "Series", "SweepJob"} <= names
